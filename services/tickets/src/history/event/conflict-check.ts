import { type DecodedCursor, decodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { CursorScalar } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType } from 'type-graphql';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { cursorOfEvent } from './cursor.ts';
import { TicketEvent } from './event.ts';
import { ticketEventFromRow, ticketEventsSql } from './event-log.ts';
import { visibleEventSql } from './visibility.ts';

@ObjectType({ simpleResolvers: true, description: 'Facts that the writer had not seen.' })
export class UnseenActivity {
  ticketId!: string;
  @Field(() => [TicketEvent], {
    description:
      'What others did after `seen`, as far as the writer may see it, oldest first; at most 100.',
  })
  events!: TicketEvent[];
  @Field(() => CursorScalar, { description: 'Give it back as `seen` once they are read.' })
  cursor!: string;
}

const LIMIT = 100;
/** Who only follows, or leaves, has done nothing that an answer could pass by. */
const IDLE = sql`(e.type = 'ticket.participants_changed' and not jsonb_exists(e.data -> 'changes', 'ccIds'))`;

/**
 * Refuses when others did something to the ticket that the writer has not seen. The ticket is locked by this transaction: what others have
 * done is recorded by now, and nobody does more until it ends.
 */
export async function refuseUnseenActivity(
  ctx: Context,
  ticket: Ticket,
  seen: string,
): Promise<void> {
  const place = decodeCursor(ctx, seen, ['input', 'seen']);
  if (place.isFor(ticket.id) && place.version >= ticket.version) return;
  const events = await unseen(ctx, ticket, place);
  if (!events.length) return;
  const activity: UnseenActivity = {
    ticketId: ticket.id,
    events,
    cursor: cursorOfEvent(ctx, events.at(-1)!),
  };
  throw new Refusal('UNSEEN_ACTIVITY', 'seen', { unseenActivity: activity });
}

/** A cursor of something else than the ticket tells a position only; what has none yet counts as unseen. */
async function unseen(ctx: Context, { id }: Ticket, place: DecodedCursor): Promise<TicketEvent[]> {
  const later = place.isFor(id)
    ? sql`e.version > ${place.version}`
    : sql`e.position >= ${place.position}`;
  const { rows } = await sql<object>`
    select e.* from ${ticketEventsSql(ctx.workspace, sql`${id}`)}
    where ${later} and ${visibleEventSql(ctx.actor)} and not ${IDLE} and e.actor ->> 'id' <> ${ctx.actor.id} order by e.version limit ${LIMIT}
  `.execute(ctx.em.getKysely());
  return rows.map(ticketEventFromRow);
}
