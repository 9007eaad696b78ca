import { sql } from '@deskgraph/common/database';
import { Refusal } from '@deskgraph/common/errors';
import type { NewFact } from '@deskgraph/common/events';
import { uuidOf } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { filled } from '../canned/in-message.ts';
import { answeredBy } from '../message/channel.ts';
import { added } from '../message/fact.ts';
import { type Message, MessageVisibility } from '../message/message.ts';
import { indexEach, write } from '../message/write.ts';
import { note } from '../operation/noted.ts';
import { settled } from '../ticket/calm.ts';
import { moved, standingOf } from '../ticket/fact.ts';
import { moveTo } from '../ticket/status.ts';
import { Ticket } from '../ticket/ticket.ts';
import { isVisible } from '../ticket/visible.ts';
import { ResolutionCode, TicketStatus } from '../ticket/words.ts';
import { held } from './held.ts';

/** A ticket to change with the incidents of it, locked in one order. */
export async function lockedWithIncidents(ctx: Context, id: string): Promise<{ ticket: Ticket; incidents: Ticket[] }> {
  const problem = sql`${uuidOf('tkt', id)}::uuid`;
  const { rows } = await sql<object>`
    select t.* from ticket t where t.workspace_id = ${ctx.workspace}::uuid and t.id = any(array(
      select ${problem} union all select other_id from ticket_link where ticket_id = ${problem} and kind = 'INCIDENT'))
    order by t.id for update`.execute(ctx.em.getKysely());
  const tickets = rows.map((row) => ctx.em.map(Ticket, row as never)).filter((ticket) => isVisible(ctx.actor, ticket));
  for (const each of tickets) note(ctx, each);
  const ticket = tickets.find((each) => each.id === id);
  if (!ticket) throw new Refusal('NOT_FOUND', 'id');
  if (ticket.deletedAt) throw new Refusal('TICKET_DELETED', 'id');
  return { ticket, incidents: tickets.filter((each) => each !== ticket) };
}

export interface Solving {
  at: Date;
  closeAfter: string;
  /** Goes to each requester. */
  reply: string | null | undefined;
}

/**
 * Solves the incidents of a problem that are not solved yet, and answers each requester; it does not count as handled. One that has open parts
 * stays as it is.
 */
export async function solveIncidents(
  ctx: Context,
  problem: Ticket,
  incidents: readonly Ticket[],
  { at, closeAfter, reply }: Solving,
): Promise<NewFact[]> {
  const left = incidents.filter(({ status, deletedAt, mergedIntoId }) => !DONE.has(status) && !deletedAt && !mergedIntoId);
  if (!left.length) return [];
  const open = await held(
    ctx,
    left.map(({ id }) => id),
    ['CHILD'],
  );
  const solved = left.filter(({ id }) => !open.has(id));
  const replies = reply ? await answer(ctx, solved, reply, at) : [];
  await indexEach(ctx, replies);
  const told = new Map(replies.map((message) => [message.ticketId, message]));
  return solved.flatMap((ticket) => solveOne(ctx, problem, ticket, { at, closeAfter, message: told.get(ticket.id) }));
}

function solveOne(
  { actor }: Context,
  problem: Ticket,
  ticket: Ticket,
  { at, closeAfter, message }: Omit<Solving, 'reply'> & { message: Message | undefined },
): NewFact[] {
  const from = standingOf(ticket);
  const facts = message ? [added(ticket, message)] : [];
  const by = actor.kind === 'agent' ? actor.id : null;
  moveTo(ticket, TicketStatus.SOLVED, at, closeAfter, { by, code: ResolutionCode.INCIDENT, text: null });
  facts.push(moved(ticket, from, { at, resolutionCode: ResolutionCode.INCIDENT, problemId: problem.id }));
  return [...facts, ...settled(ticket, at)];
}

const DONE: ReadonlySet<TicketStatus> = new Set([TicketStatus.SOLVED, TicketStatus.CLOSED]);

/** The caller's public answer in each of the tickets, with its variables filled. */
export async function answer(ctx: Context, tickets: readonly Ticket[], reply: string, at: Date): Promise<Message[]> {
  const channelOf = await answeredBy(ctx, tickets);
  return Promise.all(
    tickets.map(async (ticket) =>
      write(ctx, {
        ticketId: ticket.id,
        author: ctx.actor,
        visibility: MessageVisibility.PUBLIC,
        channel: channelOf(ticket),
        body: await filled(ctx, ticket, reply),
        at,
      }),
    ),
  );
}
