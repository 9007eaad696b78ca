import { z } from '@deskgraph/common/graphql/input';

/** The name of a label: one line without commas, in lower case, its letters composed, so that what looks the same is the same. */
export const tagName = z
  .string()
  .trim()
  .toLowerCase()
  .normalize('NFC')
  .min(1)
  .max(50)
  .regex(/^[^\r\n,]*$/);

export const tagColor = z
  .string()
  .toLowerCase()
  .regex(/^#[\da-f]{6}$/);
