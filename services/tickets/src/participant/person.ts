import type { Context } from '@deskgraph/common/transaction';
import { byId as agentById } from '../agent/find.ts';
import { shown } from '../foreign/actor.ts';
import { addressOf } from '../requester/mail.ts';
import { type Participant, ParticipantKind } from './participant.ts';

/** Who takes part. */
export async function personOf(
  ctx: Context,
  { kind, personId }: Participant,
): Promise<object | null> {
  if (kind !== ParticipantKind.CC) return agentById(ctx, personId);
  return shown('customer', personId, (await addressOf(ctx, personId)) ?? '');
}
