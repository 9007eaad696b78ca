import { type Actor, Role, hasRole } from '@deskgraph/common/access';
import { Refusal } from '@deskgraph/common/errors';
import { MessageVisibility } from './message.ts';

/** Requesters write in public only, LIGHT staff notes only. */
export function allowVisibility(actor: Actor, visibility: MessageVisibility): void {
  const isPublic = visibility === MessageVisibility.PUBLIC;
  const allowed = actor.kind === 'customer' ? isPublic : actor.kind === 'app' || !isPublic || hasRole(actor, Role.AGENT);
  if (!allowed) throw new Refusal('FORBIDDEN', 'visibility');
}
