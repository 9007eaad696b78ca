import type { Tag } from './tag.ts';

/** The label as every fact about it carries it. */
export const stateOf = ({ name, color }: Tag) => ({ name, color });
