import type { Context } from '@deskgraph/common/database/context';
import { agentById } from '../../staff/agent/queries.ts';
import { shown } from '../external/actor.ts';
import { addressOf } from '../requester/mail.ts';
import { type Participant, ParticipantKind } from '../../model/participant/participant.ts';

/** Who takes part. */
export async function personOf(
  ctx: Context,
  { kind, personId }: Participant,
): Promise<object | null> {
  if (kind !== ParticipantKind.CC) return agentById(ctx, personId);
  return shown('customer', personId, (await addressOf(ctx, personId)) ?? '');
}
