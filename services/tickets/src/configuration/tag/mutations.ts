import { Refusal } from '@deskgraph/common/core/errors';
import { newId, newUuid } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import {
  lockForUpdate,
  recordCreation,
  recordDeletion,
  refuseDuplicate,
  requireNotNull,
  updatedEvent,
} from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { entities, execute } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import { renameTagReferences } from '../../model/saved-filter/tag-references.ts';
import { storedTicketEvent } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import type {
  TagCreateInput,
  TagCreatePayload,
  TagDeleteInput,
  TagDeletePayload,
  TagUpdateInput,
  TagUpdatePayload,
} from './input.ts';
import { Tag, tagEvents } from './tag.ts';

/** Tickets that one transaction changes when a tag is renamed. */
const MAX_RENAMED_TICKETS = 5_000;

export async function createTag(
  ctx: Context,
  { name, color = null }: TagCreateInput,
): Promise<TagCreatePayload> {
  await refuseDuplicate(ctx, Tag, { name });
  const tag = ctx.em.create(Tag, { id: newId('tag'), workspaceId: ctx.workspace, name, color });
  await recordCreation(ctx, tagEvents, tag);
  return { tag, userErrors: [] };
}

/** Changes a tag; a new name also replaces the old one on tickets and in saved filters. */
export async function updateTag(ctx: Context, input: TagUpdateInput): Promise<TagUpdatePayload> {
  requireNotNull(input, ['name']);
  const tag = await lockForUpdate(ctx, Tag, input.id);
  refuseStaleVersion(tag, input.expectedVersion);
  const before = tagEvents.stateOf(tag);
  const oldName = tag.name;
  if (input.name && input.name !== oldName) {
    await refuseDuplicate(ctx, Tag, { name: input.name });
    tag.name = input.name;
  }
  if (input.color !== undefined) tag.color = input.color;
  const event = updatedEvent(tagEvents, tag, before);
  if (!event) return { tag, userErrors: [] };
  await ctx.em.flush();
  const renamed =
    tag.name === oldName
      ? []
      : [
          ...(await renameTagOnTickets(ctx, oldName, tag.name)),
          ...(await renameTagReferences(ctx, oldName, tag.name)),
        ];
  await appendEvents(ctx, [event, ...renamed]);
  return { tag, userErrors: [] };
}

/** Deletes a tag that no ticket has. */
export async function deleteTag(ctx: Context, input: TagDeleteInput): Promise<TagDeletePayload> {
  const tag = await lockForUpdate(ctx, Tag, input.id);
  refuseStaleVersion(tag, input.expectedVersion);
  if (await hasTickets(ctx, tag)) throw new Refusal('IN_USE', 'id');
  return { deletedId: await recordDeletion(ctx, tagEvents, tag), userErrors: [] };
}

async function hasTickets(ctx: Context, { name }: Tag): Promise<boolean> {
  const tickets = await execute(
    ctx,
    sql`
      select from ticket_tag where workspace_id = ${ctx.workspace}::uuid and name = ${name}
      limit 1`,
  );
  return tickets.length > 0;
}

/** Replaces the name on all tickets with one statement. Returns the events of the tickets. */
async function renameTagOnTickets(ctx: Context, from: string, to: string): Promise<NewEvent[]> {
  const occurredAt = new Date();
  const tickets = await entities(
    ctx,
    Ticket,
    sql`
      update ticket t
      set tags = array_replace(tags, ${from}, ${to}), version = version + 1, updated_at = ${occurredAt}
      where id = any(array(
        select ticket_id from ticket_tag
        where workspace_id = ${ctx.workspace}::uuid and name = ${from}
        limit ${sql.lit(MAX_RENAMED_TICKETS + 1)}
      )) and ${from} = any(tags) returning t.*`,
  );
  if (tickets.length > MAX_RENAMED_TICKETS)
    throw new Refusal([
      {
        code: 'LIMIT_REACHED',
        field: ['input', 'name'],
        message: `More than ${MAX_RENAMED_TICKETS} tickets have this tag; so many can’t be changed at once.`,
      },
    ]);
  return tickets
    .sort((a, b) => a.number - b.number)
    .map((ticket) => {
      const tagsBefore = ticket.tags.map((name) => (name === to ? from : name));
      return storedTicketEvent('ticket.updated', ticket, {
        occurredAt,
        changes: { tags: [tagsBefore, ticket.tags] },
      });
    });
}

/**
 * Creates the tags that do not exist yet and locks all of them FOR KEY SHARE until the transaction
 * ends, so that none is renamed or deleted while a ticket gets it.
 */
export async function ensureTags(ctx: Context, names: readonly string[]): Promise<void> {
  // All transactions use the same order, so that two that create the same tags do not deadlock.
  const sorted = [...new Set(names)].sort();
  await Promise.all(
    sorted.map((name) =>
      ctx.load.byKey('locked tag', name, (batch) => createAndLockTags(ctx, batch), true),
    ),
  );
}

async function createAndLockTags(
  ctx: Context,
  names: readonly string[],
): Promise<Map<string, true>> {
  const values = names.map(
    (name) => sql`(${newUuid()}::uuid, ${ctx.workspace}::uuid, ${name}, 1, now(), now())`,
  );
  // Repeats when a tag was renamed or deleted between the two statements.
  for (let lockedCount = 0; lockedCount < names.length;) {
    await execute(
      ctx,
      sql`
        insert into tag (id, workspace_id, name, version, created_at, updated_at)
        values ${sql.join(values)} on conflict (workspace_id, name) do nothing`,
    );
    const locked = await execute(
      ctx,
      sql`
        select from tag where workspace_id = ${ctx.workspace}::uuid and name = any(${names}::text[])
        order by name for key share`,
    );
    lockedCount = locked.length;
  }
  return new Map(names.map((name) => [name, true]));
}
