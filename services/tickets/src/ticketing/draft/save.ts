import { hydrate, sql } from '@deskgraph/common/database/database';
import { Refusal, fault } from '@deskgraph/common/core/errors';
import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { byId } from '../../model/lookup/find.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { discard } from './discard.ts';
import { Draft } from './draft.ts';
import type { DraftSaveInput, DraftSavePayload } from './input.ts';

/** Keeps what an agent is writing. It is saved at every pause of typing: no ticket is locked for it, and the log does not tell it. */
export async function save(ctx: Context, input: DraftSaveInput): Promise<DraftSavePayload> {
  if (ctx.actor.kind !== 'agent') throw fault('FORBIDDEN', 'Only people have drafts.');
  const ticket = await head(ctx, input.ticketId);
  if (!input.body.trim()) {
    await discard(ctx, ticket.id, input.visibility);
    return { draft: null, userErrors: [] };
  }
  const draft = await keep(ctx, ticket, input);
  if (draft) return { draft, userErrors: [] };
  ctx.load.clear();
  return save(ctx, input);
}

/** Where an answer would go. */
async function head(ctx: Context, id: string): Promise<Ticket> {
  const ticket = await byId(ctx, id);
  if (!ticket) throw new Refusal('NOT_FOUND', 'ticketId');
  if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', 'ticketId');
  return ticket.mergedIntoId ? head(ctx, ticket.mergedIntoId) : ticket;
}

/** Undefined when the ticket was folded into another one, or put into the bin, just now. */
async function keep(
  ctx: Context,
  ticket: Ticket,
  { body, visibility, shared }: DraftSaveInput,
): Promise<Draft | undefined> {
  const now = new Date();
  const { rows } = await sql<object>`
    insert into draft (id, workspace_id, ticket_id, author_id, visibility, body, shared, version, created_at, updated_at)
    select ${newUuid()}::uuid, ${ctx.workspace}::uuid, t.id, ${uuidOf('agt', ctx.actor.id)}::uuid, ${visibility}, ${body}, ${shared ?? false}, 1,
      ${now}::timestamptz, ${now}::timestamptz
    from ticket t where t.id = ${uuidOf('tkt', ticket.id)}::uuid and t.merged_into_id is null and t.deleted_at is null for key share
    on conflict (ticket_id, author_id, visibility) do update
      set body = excluded.body, shared = excluded.shared, version = draft.version + 1, updated_at = excluded.updated_at
    returning *`.execute(ctx.em.getKysely());
  return hydrate(ctx.orm, Draft, rows)[0];
}
