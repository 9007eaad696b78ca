import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';

/** May the caller read articles at all? Who may write them may. */
export const reads = ({ kind, scopes }: Actor): boolean =>
  kind === 'system' || scopes.includes('articles:read') || scopes.includes('articles:write');

/**
 * May the caller see what readers must not: internal, unfinished, archived? Staff may, and apps that may write articles. An app that may
 * only read is a reader like any customer.
 */
export function isStaff(actor: Actor): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind === 'app') return actor.scopes.includes('articles:write');
  return reads(actor) && hasRole(actor, Role.LIGHT, Role.ANALYST);
}
