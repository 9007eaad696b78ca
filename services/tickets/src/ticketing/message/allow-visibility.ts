import { type Actor, Role, hasRole } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import { MessageVisibility } from '../../model/message/message.ts';

/** Requesters write in public only, LIGHT staff notes only. */
export function mayWrite(actor: Actor, visibility: MessageVisibility): boolean {
  const isPublic = visibility === MessageVisibility.PUBLIC;
  return actor.kind === 'customer'
    ? isPublic
    : actor.kind === 'app' || !isPublic || hasRole(actor, Role.AGENT);
}

export function refuseVisibility(actor: Actor, visibility: MessageVisibility): void {
  if (!mayWrite(actor, visibility)) throw new Refusal('FORBIDDEN', 'visibility');
}
