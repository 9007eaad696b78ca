import { Directive, Extensions } from 'type-graphql';

/** Roles of people. ADMIN > LEAD > AGENT > LIGHT; ADMIN also includes ANALYST. */
export enum Role {
  REQUESTER = 'REQUESTER',
  LIGHT = 'LIGHT',
  AGENT = 'AGENT',
  LEAD = 'LEAD',
  ADMIN = 'ADMIN',
  ANALYST = 'ANALYST',
}

const INCLUDED: Record<Role, readonly Role[]> = {
  REQUESTER: [Role.REQUESTER],
  LIGHT: [Role.LIGHT],
  AGENT: [Role.AGENT, Role.LIGHT],
  LEAD: [Role.LEAD, Role.AGENT, Role.LIGHT],
  ADMIN: [Role.ADMIN, Role.LEAD, Role.AGENT, Role.LIGHT, Role.ANALYST],
  ANALYST: [Role.ANALYST],
};

export const SCOPES = [
  'tickets:read',
  'tickets:write',
  'tickets:import',
  'customers:read',
  'customers:write',
  'articles:read',
  'articles:write',
  'reports:read',
  'apps:read',
  'apps:write',
  'settings:read',
  'settings:write',
] as const;
export type Scope = (typeof SCOPES)[number];
/** Those that people have. */
export const USER_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== 'tickets:import');

/**
 * Who is calling. People have a role, and every scope unless theirs are fewer; apps have scopes and no role; `system` is a process of ours.
 * `workspace` is the tenant's UUID.
 */
export interface Actor {
  kind: 'agent' | 'customer' | 'app' | 'system';
  /** Typed id: `agt_…`, `cus_…`, `app_…`, `sys`. */
  id: string;
  name: string;
  role: Role | null;
  scopes: readonly string[];
  workspace: string;
  /** Departments of an agent; for an app the only ones that it may see, none = all. */
  departments: readonly string[];
  /** Which things a person of the staff sees, as a filter in the words of the graph; left out: all. It asks for nothing that only a clock could say. */
  filter?: object | undefined;
}

export const hasRole = (actor: Actor, ...needed: readonly Role[]): boolean =>
  actor.role !== null && needed.some((role) => INCLUDED[actor.role!].includes(role));

/** Staff in the sense of `@auth(roles: [LIGHT])`, and processes and apps, which are bounded by scopes. */
export const isStaff = (actor: Actor): boolean =>
  actor.kind === 'app' || actor.kind === 'system' || hasRole(actor, Role.LIGHT, Role.ANALYST);

export interface AuthRule {
  scopes?: readonly Scope[];
  roles?: readonly Role[];
}

/** Does the rule let the actor through? A token needs every scope, a person one of the roles or one above it. */
export function allows(rule: AuthRule, actor: Actor): boolean {
  if (!(rule.scopes ?? []).every((scope) => actor.scopes.includes(scope))) return false;
  if (actor.kind === 'app' || actor.kind === 'system' || !rule.roles?.length) return true;
  return hasRole(actor, ...rule.roles);
}

/**
 * Says who may use a field; shown in the schema as `@auth` and enforced by the subgraph. On a root field a caller without the right gets
 * FORBIDDEN; any other field must be nullable, answers null and reports FORBIDDEN at its path.
 */
export function Auth(rule: AuthRule): PropertyDecorator & MethodDecorator {
  const scopes = rule.scopes?.length
    ? [`scopes: [${rule.scopes.map((scope) => `"${scope}"`).join(', ')}]`]
    : [];
  const roles = rule.roles?.length ? [`roles: [${rule.roles.join(', ')}]`] : [];
  const directive = Directive(`@auth(${[...scopes, ...roles].join(', ')})`) as MethodDecorator;
  const extension = Extensions({ auth: rule }) as MethodDecorator;
  return ((target: object, key: string, descriptor: TypedPropertyDescriptor<unknown>) => {
    directive(target, key, descriptor);
    extension(target, key, descriptor);
  }) as PropertyDecorator & MethodDecorator;
}

/** Says that a field answers each caller with what is his own; shown in the schema as `@personal`. People of equal rights share no stream with it. */
export const Personal = (): PropertyDecorator & MethodDecorator => Directive('@personal');
