import type { Tag } from './tag.ts';

/** The label as every fact about it carries it. */
export const tagState = ({ name, color }: Tag) => ({ name, color });
