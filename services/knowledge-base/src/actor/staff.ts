import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';

/** True when the caller may read articles. The right to write includes it. */
export const canReadArticles = ({ kind, scopes }: Actor): boolean =>
  kind === 'system' || scopes.includes('articles:read') || scopes.includes('articles:write');

/**
 * True when the caller may read internal, unpublished and archived articles: staff, and apps that
 * may write articles. An app that may only read sees what customers see.
 */
export function canReadInternal(actor: Actor): boolean {
  if (actor.kind === 'system') return true;
  if (actor.kind === 'app') return actor.scopes.includes('articles:write');
  return canReadArticles(actor) && hasRole(actor, Role.LIGHT, Role.ANALYST);
}
