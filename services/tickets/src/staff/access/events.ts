import type { AccessRole } from './access-role.ts';

/** The access role as every fact about it carries it. */
export const accessRoleState = ({ name, base, scopes, filter }: AccessRole) => ({
  name,
  base,
  scopes,
  filter,
});
