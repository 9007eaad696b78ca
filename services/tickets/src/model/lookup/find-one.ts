import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { ticketsWhere, ticketById } from './find.ts';
import type { Ticket } from '../ticket/ticket.ts';

export interface TicketKey {
  id?: string | null;
  number?: number | null;
  externalId?: string | null;
}

/** A ticket by exactly one of its names. */
export async function findTicketByKey(ctx: Context, name: TicketKey): Promise<Ticket | null> {
  const given = Object.entries(name).filter(([, value]) => value !== null && value !== undefined);
  if (given.length !== 1)
    throw new Refusal([
      { code: 'INVALID', field: ['id'], message: 'Give exactly one of id, number and externalId.' },
    ]);
  if (name.id) return ticketById(ctx, name.id);
  const app =
    ctx.actor.kind === 'app' ? sql`t.app_id = ${uuidOf('app', ctx.actor.id)}::uuid` : sql`true`;
  const condition = name.externalId
    ? sql`t.external_id = ${name.externalId} and ${app}`
    : sql`t.number = ${name.number ?? 0}`;
  const [ticket] = await ticketsWhere(ctx, sql`${condition}`);
  return ticket ?? null;
}
