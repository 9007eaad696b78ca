import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { Ticket } from './ticket.ts';

/** Refuses a partner's id that the app gave to another ticket. */
export async function refuseTakenExternalId(ctx: Context, externalId: string): Promise<void> {
  if (await ctx.em.count(Ticket, { appId: ctx.actor.id, externalId }))
    throw new Refusal('TAKEN', 'externalId');
}
