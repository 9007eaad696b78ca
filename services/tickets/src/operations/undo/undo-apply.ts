import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import type { NewEvent } from '@deskgraph/common/events/types';
import type { Context } from '@deskgraph/common/database/context';
import { fieldById } from '../../model/field/queries.ts';
import { isSameForRequester } from '../../configuration/status/target.ts';
import { ensureTags } from '../../configuration/tag/mutations.ts';
import {
  type Changes,
  ticketEvent,
  isSameStatus,
  statusChangedEvent,
  statusSnapshot,
  ticketUpdatedEvent,
} from '../../model/ticket/events.ts';
import { openDepartments, assignableAgents } from '../../staff/references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { statusAfterAgentAction } from '../../model/ticket/status-rules.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { type Said, runOn, saidIn } from './response-timers.ts';
import type { Operation } from '../../model/operation/operation.ts';
import type { Piece } from './later-changes.ts';
import { type UndoField, restoreField } from '../../model/operation/snapshot.ts';

/** What of a ticket goes back. */
export interface Return {
  piece: Piece;
  words: UndoField[];
  /** The labels that it then has, if they go back. */
  tags: string[] | undefined;
  /** Custom fields. */
  fieldIds: string[];
}

interface Known {
  at: Date;
  operation: Operation;
  /** What was said in public since the operation began. */
  said: ReadonlyMap<string, Said[]>;
  /** Custom fields that requesters see. */
  publicFields: ReadonlySet<string>;
  /** Whoever and whatever a ticket can still be given to. */
  takers: ReadonlySet<string>;
  /** Tickets whose requester reads the same name for their custom status before and after. */
  alike: ReadonlySet<Ticket>;
}

const HANDS = ['departmentId', 'assigneeId'] as const;
/** Words with facts of their own. */
const OWN: ReadonlySet<UndoField> = new Set([
  'status',
  'snooze',
  'escalation',
  'deletedAt',
  ...HANDS,
]);

/** Puts back what is to go back, of all tickets with the same few statements; the facts are to be recorded. */
export async function goBack(
  ctx: Context,
  operation: Operation,
  ways: readonly Return[],
  at: Date,
): Promise<NewEvent[]> {
  await ensureTags(
    ctx,
    ways.flatMap(({ tags, piece }) =>
      (tags ?? []).filter((name) => !piece.ticket.tags.includes(name)),
    ),
  );
  const pieces = ways.filter(({ words }) => words.includes('status')).map(({ piece }) => piece);
  const moving = pieces.map(({ ticket }) => ticket.id);
  const known: Known = {
    at,
    operation,
    said: moving.length ? await saidIn(ctx, moving, operation.createdAt) : new Map(),
    publicFields: await publicOnes(ctx, ways),
    takers: await takersOf(ctx, ways),
    alike: await alikeOf(ctx, pieces),
  };
  return ways.flatMap((way) => one(ctx, way, known));
}

async function publicOnes(ctx: Context, ways: readonly Return[]): Promise<ReadonlySet<string>> {
  const ids = [...new Set(ways.flatMap(({ fieldIds }) => fieldIds))];
  const fields = await Promise.all(ids.map((id) => fieldById(ctx, id)));
  return new Set(fields.flatMap((field) => (field?.visibleToRequester ? field.id : [])));
}

async function alikeOf(ctx: Context, pieces: readonly Piece[]): Promise<ReadonlySet<Ticket>> {
  const alike = await Promise.all(
    pieces.map(({ ticket, before }) => isSameForRequester(ctx, statusSnapshot(ticket), before)),
  );
  return new Set(pieces.filter((_, at) => alike[at]).map(({ ticket }) => ticket));
}

async function takersOf(ctx: Context, ways: readonly Return[]): Promise<ReadonlySet<string>> {
  const of = (field: (typeof HANDS)[number]): string[] => [
    ...new Set(
      ways.flatMap(({ piece: { ticket, before } }) =>
        [ticket[field], before[field]].flatMap((id) => id ?? []),
      ),
    ),
  ];
  return new Set([
    ...(await openDepartments(ctx, of('departmentId'))),
    ...(await assignableAgents(ctx, of('assigneeId'))),
  ]);
}

function one(ctx: Context, way: Return, known: Known): NewEvent[] {
  const { at, operation } = known;
  const { ticket } = way.piece;
  const facts = [
    ticketEvent('operation.undone', ticket, {
      occurredAt: at,
      operationId: operation.id,
      kind: operation.kind,
      internal: true,
    }),
  ];
  const plain = plainBack(way);
  const publicFields = Object.keys(plain).filter((field) => known.publicFields.has(field));
  if (Object.keys(plain).length)
    facts.push(ticketUpdatedEvent(ticket, plain, { occurredAt: at, publicFields }));
  const hands = handsBack(way, known);
  if (Object.keys(hands).length)
    facts.push(ticketEvent('ticket.assigned', ticket, { occurredAt: at, changes: hands }));
  if (way.words.includes('status')) facts.push(...statusBack(way, known));
  if (way.words.includes('snooze')) facts.push(snoozeBack(way, at));
  if (way.words.includes('escalation')) facts.push(escalationBack(way, at));
  if (way.words.includes('deletedAt')) facts.push(binBack(way, at));
  for (const instant of [ticket.closesAt, ticket.snoozedUntil, ticket.escalatesAt])
    if (instant) scheduleWakeup(ctx, instant);
  return facts;
}

function plainBack({ piece: { ticket, before }, words, tags, fieldIds }: Return): Changes {
  const changes: Changes = {};
  for (const word of words.filter((each) => !OWN.has(each))) {
    const from = ticket[word];
    restoreField(ticket, before, word);
    changes[word] = [from, ticket[word]];
  }
  if (tags) changes['tags'] = [ticket.tags, (ticket.tags = tags)];
  const fields = { ...ticket.fields };
  for (const id of fieldIds) {
    const value = before.fields[id];
    changes[id] = [fields[id] ?? null, value ?? null];
    if (value === undefined) delete fields[id];
    else fields[id] = value;
  }
  if (fieldIds.length) ticket.fields = fields;
  return changes;
}

/** Who has gone meanwhile gets nothing back, nor keeps what comes back to work: a queue shows it. */
function handsBack({ piece: { ticket, before }, words }: Return, { takers }: Known): Changes {
  const isWorkAgain = words.includes('status') && ticket.status === TicketStatus.SOLVED;
  const changes: Changes = {};
  for (const word of HANDS) {
    const from = ticket[word];
    if (words.includes(word)) restoreField(ticket, before, word);
    const now = ticket[word];
    if (now && !takers.has(now) && (isWorkAgain || words.includes(word))) ticket[word] = null;
    if (ticket[word] !== from) changes[word] = [from, ticket[word]];
  }
  return changes;
}

/** The requester waits again, unless he was answered meanwhile; and what somebody has answered or taken since is not NEW again. */
function statusBack(
  { piece: { ticket, before, since } }: Return,
  { at, said, alike }: Known,
): NewEvent[] {
  const from = statusSnapshot(ticket);
  restoreField(ticket, before, 'status');
  if ((ticket.handled && !before.handled) || (ticket.assigneeId && since.has('assigneeId')))
    ticket.status = statusAfterAgentAction(ticket.status);
  ticket.waitingSince = runOn(before, said.get(ticket.id) ?? []).waitingSince;
  return isSameStatus(from, ticket)
    ? []
    : [statusChangedEvent(ticket, from, { occurredAt: at, looksTheSame: alike.has(ticket) })];
}

function snoozeBack({ piece: { ticket, before } }: Return, at: Date): NewEvent {
  const from = ticket.snooze;
  restoreField(ticket, before, 'snooze');
  const told = {
    occurredAt: at,
    changes: { snooze: [from, ticket.snooze] } as Changes,
    internal: true,
  };
  return ticket.snooze
    ? ticketEvent('ticket.snoozed', ticket, told)
    : ticketEvent('ticket.woken', ticket, { ...told, cause: 'undo' });
}

function escalationBack({ piece: { ticket, before } }: Return, at: Date): NewEvent {
  const from = ticket.escalation;
  restoreField(ticket, before, 'escalation');
  const type = ticket.escalation ? 'ticket.escalated' : 'ticket.escalation_ended';
  return ticketEvent(type, ticket, {
    occurredAt: at,
    cause: 'undo',
    changes: { escalation: [from, ticket.escalation] },
    internal: true,
  });
}

function binBack({ piece: { ticket, before } }: Return, at: Date): NewEvent {
  const from = ticket.deletedAt;
  restoreField(ticket, before, 'deletedAt');
  return ticketEvent('ticket.restored', ticket, {
    occurredAt: at,
    changes: { deletedAt: [from, null] },
    internal: true,
  });
}
