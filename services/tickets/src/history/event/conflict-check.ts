import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { Refusal } from '@deskgraph/common/core/errors';
import { CursorScalar } from '@deskgraph/common/graphql/scalars';
import { type DecodedCursor, decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { Field, ObjectType } from 'type-graphql';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { cursorOfEvent } from './cursor.ts';
import { ticketEventFromRow, ticketEventsSql } from './event-log.ts';
import { TicketEvent } from './event.ts';
import { visibleEventSql } from './visibility.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'The activity of others on a ticket that the writer has not seen.',
})
export class UnseenActivity {
  ticketId!: string;
  @Field(() => [TicketEvent], {
    description: 'The events after `seen` that the writer can see, oldest first; at most 100.',
  })
  events!: TicketEvent[];
  @Field(() => CursorScalar, {
    description: 'The cursor to send as `seen` after reading the events.',
  })
  cursor!: string;
}

const MAX_UNSEEN_EVENTS = 100;

/** Following or unfollowing a ticket does not conflict with a reply. */
const IGNORED_EVENT = sql`(e.type = 'ticket.participants_changed'
  and not jsonb_exists(e.data -> 'changes', 'ccIds'))`;

/**
 * Refuses with UNSEEN_ACTIVITY when others have changed the ticket after the cursor `seen`. The
 * transaction must have locked the ticket, so that no event is appended until it ends.
 */
export async function refuseUnseenActivity(
  ctx: Context,
  ticket: Ticket,
  seen: string,
): Promise<void> {
  const cursor = decodeCursor(ctx, seen, ['input', 'seen']);
  if (cursor.isFor(ticket.id) && cursor.version >= ticket.version) return;
  const events = await unseenEvents(ctx, ticket, cursor);
  if (!events.length) return;
  const unseenActivity: UnseenActivity = {
    ticketId: ticket.id,
    events,
    cursor: cursorOfEvent(ctx, events.at(-1)!),
  };
  throw new Refusal('UNSEEN_ACTIVITY', 'seen', { unseenActivity });
}

/**
 * The cursor of another entity contains only a position in the log. Events without a position then
 * count as unseen.
 */
async function unseenEvents(
  ctx: Context,
  { id }: Ticket,
  cursor: DecodedCursor,
): Promise<TicketEvent[]> {
  const isUnseen = cursor.isFor(id)
    ? sql`e.version > ${cursor.version}`
    : sql`e.position >= ${cursor.position}`;
  const found = await execute(
    ctx,
    sql<object>`
      select e.* from ${ticketEventsSql(ctx.workspace, sql`${id}`)}
      where ${isUnseen} and ${visibleEventSql(ctx.actor)} and not ${IGNORED_EVENT}
        and e.actor ->> 'id' <> ${ctx.actor.id}
      order by e.version limit ${MAX_UNSEEN_EVENTS}`,
  );
  return found.map(ticketEventFromRow);
}
