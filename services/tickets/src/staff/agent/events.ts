import type { Agent } from './agent.ts';

/** The agent as every fact about him carries it. */
export const agentState = (
  { name, email, role, accessRoleId, locale, active }: Agent,
  departmentIds: readonly string[],
) => ({
  name,
  email,
  role,
  accessRoleId,
  locale,
  active,
  departmentIds,
});
