import type { Context } from '@deskgraph/common/database/context';
import { agentById } from '../../staff/agent/queries.ts';
import { actorReference } from '../external/actor.ts';
import { customerEmail } from '../requester/mail.ts';
import { type Participant, ParticipantKind } from '../../model/participant/participant.ts';

/** Who takes part. */
export async function participantActor(
  ctx: Context,
  { kind, personId }: Participant,
): Promise<object | null> {
  if (kind !== ParticipantKind.CC) return agentById(ctx, personId);
  return actorReference('customer', personId, (await customerEmail(ctx, personId)) ?? '');
}
