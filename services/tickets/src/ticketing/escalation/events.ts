import type { EscalationPath } from './path.ts';

/** The path as every fact about it carries it. */
export const escalationPathState = ({ name, filter, steps }: EscalationPath) => ({
  name,
  filter,
  steps,
});
