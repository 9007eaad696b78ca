import type { CustomStatus } from './status.ts';

/** The custom status as every fact about it carries it. */
export const customStatusState = ({ base, label, requesterLabel }: CustomStatus) => ({
  base,
  label,
  requesterLabel,
});
