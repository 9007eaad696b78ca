import { AccessRole } from './access/access-role.ts';
import { AccessRoleResolver, AgentAccess } from './access/resolver.ts';
import { Agent } from './agent/agent.ts';
import { AgentResolver } from './agent/resolver.ts';
import { Department } from './department/department.ts';
import { DepartmentResolver } from './department/resolver.ts';
import { SettingsResolver } from './settings/resolver.ts';

export const staffEntities = [AccessRole, Agent, Department];

export const staffResolvers = [
  SettingsResolver,
  AgentResolver,
  AccessRoleResolver,
  AgentAccess,
  DepartmentResolver,
];
