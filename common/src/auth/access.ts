import { Directive, Extensions } from 'type-graphql';

/**
 * Roles of users. ADMIN includes LEAD, LEAD includes AGENT, AGENT includes LIGHT; ADMIN also
 * includes ANALYST.
 */
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
/** The scopes of users; tickets:import is for apps only. */
export const USER_SCOPES: readonly Scope[] = SCOPES.filter((scope) => scope !== 'tickets:import');

/**
 * The caller of an operation. Users have a role and all USER_SCOPES, unless their access role has
 * fewer; apps have scopes and no role; `system` is a process of the platform.
 */
export interface Actor {
  kind: 'agent' | 'customer' | 'app' | 'system';
  /** Typed id: `agt_…`, `cus_…`, `app_…`, `sys`. */
  id: string;
  name: string;
  role: Role | null;
  scopes: readonly string[];
  /** UUID of the workspace (tenant). */
  workspace: string;
  /** The departments of an agent. For an app: the departments it may see; empty means all. */
  departments: readonly string[];
  /**
   * The ticket filter of the agent's access role: limits which tickets they see. Undefined means
   * all. It has no conditions on the current time.
   */
  filter?: object | undefined;
}

export const hasRole = (actor: Actor, ...needed: readonly Role[]): boolean =>
  actor.role !== null && needed.some((role) => INCLUDED[actor.role!].includes(role));

/**
 * Staff are users with the role LIGHT, ANALYST or above. Apps and system actors count as staff;
 * their scopes limit them.
 */
export const isStaff = (actor: Actor): boolean =>
  actor.kind === 'app' || actor.kind === 'system' || hasRole(actor, Role.LIGHT, Role.ANALYST);

/** The scopes and roles that an operation needs: all of the scopes, and one of the roles. */
export interface AuthRule {
  scopes?: readonly Scope[];
  roles?: readonly Role[];
}

/**
 * Checks the rule for the actor: every scope is needed, and for users one of the roles or a role
 * that includes it.
 */
export function allows(rule: AuthRule, actor: Actor): boolean {
  if (!(rule.scopes ?? []).every((scope) => actor.scopes.includes(scope))) return false;
  if (actor.kind === 'app' || actor.kind === 'system' || !rule.roles?.length) return true;
  return hasRole(actor, ...rule.roles);
}

/**
 * Restricts a field to callers that satisfy the rule. The schema shows it as `@auth` and the
 * subgraph enforces it. On a root field other callers get FORBIDDEN. Any other field must be
 * nullable: it is null for them, with FORBIDDEN at its path.
 *
 * @example
 * @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT] })
 * @Field(() => String, { nullable: true })
 * internalNote!: string | null;
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

/**
 * Marks a field whose value depends on the caller; the schema shows it as `@personal`. The gateway
 * does not share one subscription stream with such a field between callers of equal rights.
 */
export const Personal = (): PropertyDecorator & MethodDecorator => Directive('@personal');
