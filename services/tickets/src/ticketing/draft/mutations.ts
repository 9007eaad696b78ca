import { Refusal, graphqlError } from '@deskgraph/common/core/errors';
import { newUuid, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { hydrate, sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { ticketById } from '../../model/lookup/queries.ts';
import { type Message, MessageVisibility } from '../../model/message/message.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { Draft } from './draft.ts';
import type { DraftSaveInput, DraftSavePayload } from './input.ts';

/**
 * Saves what an agent is writing. Clients save at every pause of typing, so this neither locks the
 * ticket nor appends an event.
 */
export async function saveDraft(ctx: Context, input: DraftSaveInput): Promise<DraftSavePayload> {
  if (ctx.actor.kind !== 'agent') throw graphqlError('FORBIDDEN', 'Only people have drafts.');
  const ticket = await mergeTarget(ctx, input.ticketId);
  if (!input.body.trim()) {
    await deleteDraft(ctx, ticket.id, input.visibility);
    return { draft: null, userErrors: [] };
  }
  const draft = await upsertDraft(ctx, ticket, input);
  if (draft) return { draft, userErrors: [] };
  // The ticket was merged or deleted since it was read: read it again.
  ctx.load.clear();
  return saveDraft(ctx, input);
}

/** The ticket to which a message would go. */
async function mergeTarget(ctx: Context, id: string): Promise<Ticket> {
  const ticket = await ticketById(ctx, id);
  if (!ticket) throw new Refusal('NOT_FOUND', 'ticketId');
  if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', 'ticketId');
  return ticket.mergedIntoId ? mergeTarget(ctx, ticket.mergedIntoId) : ticket;
}

/** Returns undefined when the ticket has been merged or deleted. */
async function upsertDraft(
  ctx: Context,
  ticket: Ticket,
  { body, visibility, shared }: DraftSaveInput,
): Promise<Draft | undefined> {
  const now = new Date();
  const stored = await execute(
    ctx,
    sql<object>`
      insert into draft (id, workspace_id, ticket_id, author_id, visibility, body, shared, version,
        created_at, updated_at)
      select ${newUuid()}::uuid, ${ctx.workspace}::uuid, t.id,
        ${uuidOf('agt', ctx.actor.id)}::uuid, ${visibility}, ${body}, ${shared ?? false}, 1,
        ${now}::timestamptz, ${now}::timestamptz
      from ticket t where t.id = ${uuidOf('tkt', ticket.id)}::uuid
        and t.merged_into_id is null and t.deleted_at is null for key share
      on conflict (ticket_id, author_id, visibility) do update
        set body = excluded.body, shared = excluded.shared, version = draft.version + 1,
          updated_at = excluded.updated_at
      returning *`,
  );
  return hydrate(ctx.orm, Draft, stored)[0];
}

/** Deletes the caller's draft: the message was sent, or the draft is empty. */
export async function deleteDraft(
  ctx: Context,
  ticketId: string,
  visibility: MessageVisibility,
): Promise<void> {
  await execute(
    ctx,
    sql`
      delete from draft where ticket_id = ${uuidOf('tkt', ticketId)}::uuid
        and author_id = ${uuidOf('agt', ctx.actor.id)}::uuid and visibility = ${visibility}`,
  );
}

/**
 * Makes a cancelled message a draft again, if its author has cancelled it and has not begun another
 * draft.
 */
export async function restoreDraft(
  ctx: Context,
  { ticketId, authorId, body }: Message,
): Promise<void> {
  if (ctx.actor.id !== authorId || ctx.actor.kind !== 'agent') return;
  const now = new Date();
  await execute(
    ctx,
    sql`
      insert into draft (id, workspace_id, ticket_id, author_id, visibility, body, shared, version,
        created_at, updated_at)
      values (${newUuid()}::uuid, ${ctx.workspace}::uuid, ${uuidOf('tkt', ticketId)}::uuid,
        ${uuidOf('agt', authorId)}::uuid, ${MessageVisibility.PUBLIC}, ${body}, false, 1,
        ${now}, ${now})
      on conflict do nothing`,
  );
}

/**
 * Moves the drafts of merged tickets to the target of the merge. Drafts of the same author and
 * visibility are joined into one, so that no text is lost.
 */
export async function moveDrafts(
  ctx: Context,
  from: readonly { id: string }[],
  to: { id: string },
): Promise<void> {
  await execute(
    ctx,
    sql`
      with moved as (delete from draft where ticket_id = any(${ids('tkt', from)}) returning *)
      insert into draft (id, workspace_id, ticket_id, author_id, visibility, body, shared, version,
        created_at, updated_at)
      select (array_agg(id order by updated_at))[1], workspace_id,
        ${uuidOf('tkt', to.id)}::uuid, author_id, visibility,
        string_agg(body, E'\\n\\n' order by updated_at), bool_and(shared), 1,
        min(created_at), max(updated_at)
      from moved group by workspace_id, author_id, visibility
      on conflict (ticket_id, author_id, visibility) do update
        set body = draft.body || E'\\n\\n' || excluded.body,
          shared = draft.shared and excluded.shared, version = draft.version + 1,
          updated_at = greatest(draft.updated_at, excluded.updated_at)`,
  );
}
