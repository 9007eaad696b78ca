import { Refusal } from '@deskgraph/common/errors';
import type { Context } from '@deskgraph/common/transaction';
import { Ticket } from './ticket.ts';

/** Refuses a partner's id that the app gave to another ticket. */
export async function refuseTaken(ctx: Context, externalId: string): Promise<void> {
  if (await ctx.em.count(Ticket, { appId: ctx.actor.id, externalId }))
    throw new Refusal('TAKEN', 'externalId');
}
