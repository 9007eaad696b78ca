import { newUuid, toId, uuidOf } from '@deskgraph/common/core/id';
import { searchText } from '@deskgraph/common/text/tokenizer';
import type { Client } from 'pg';
import type { Size } from '../options.ts';
import type { BenchPeople } from './people.ts';
import {
  PRODUCTS,
  seededRandom,
  randomBody,
  pickRandom,
  rareWordAt,
  randomTitle,
} from './words.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;
/**
 * Every twentieth ticket has 20 messages, for the workload that reads them. The others have three
 * or four.
 */
const LONG_TICKET_INTERVAL = 20;
const LONG_TICKET_MESSAGES = 20;
const BATCH_SIZE = 500;

/** The fields of a ticket that both services store. */
export interface TicketFacts {
  id: string;
  number: number;
  status: string;
  priority: string;
  channel: string;
  departmentId: string;
  assigneeId: string | null;
  requesterId: string;
  createdAt: Date;
  solvedAt: Date | null;
}

export interface FilledTickets {
  tickets: TicketFacts[];
  longTickets: string[];
  openTickets: string[];
  searches: string[];
}

/**
 * Inserts tickets, messages and search vectors into the tables of the service, because creating
 * them through the graph takes minutes. It adds no events; reports.ts inserts the report data.
 */
export async function insertTickets(
  owner: Client,
  workspace: string,
  cast: BenchPeople,
  { tickets: count }: Size,
): Promise<FilledTickets> {
  const random = seededRandom(1);
  const now = Date.now();
  const filled: FilledTickets = { tickets: [], longTickets: [], openTickets: [], searches: [] };
  for (let from = 0; from < count; from += BATCH_SIZE) {
    const rows = Array.from({ length: Math.min(BATCH_SIZE, count - from) }, (_, index) =>
      write(from + index + 1),
    );
    await insertRows(
      owner,
      'ticket',
      rows.map((row) => row.ticket),
    );
    await insertRows(
      owner,
      'message',
      rows.flatMap((row) => row.messages),
    );
    await owner.query(
      `insert into ticket_text (ticket_id, workspace_id, public, everything)
       select id, $1, to_tsvector('simple', words), to_tsvector('simple', words) from unnest($2::uuid[], $3::text[]) as given (id, words)`,
      [workspace, rows.map((row) => row.ticket.id), rows.map((row) => row.words)],
    );
  }
  await owner.query('select public.next_ticket_number($1)', [workspace]);
  await owner.query(`select setval(format('numbers.%I', $1::text), $2)`, [workspace, count]);
  return filled;

  function write(number: number) {
    const createdAt = new Date(now - Math.floor(random() * DAYS * DAY_MS));
    const requester = pickRandom(cast.requesters, random);
    const status = statusOf(random());
    const done = status === 'SOLVED' || status === 'CLOSED';
    const agent = status === 'NEW' ? null : pickRandom(cast.agents, random);
    const id = newUuid();
    const subject = randomTitle(random);
    const size =
      number % LONG_TICKET_INTERVAL === 0 ? LONG_TICKET_MESSAGES : 3 + Math.floor(random() * 1.2);
    const texts = Array.from({ length: size }, (_, index) =>
      randomBody(random, rareWordAt(number * 7 + index)),
    );
    const written = texts.map(
      (_, index) => new Date(Math.min(now, createdAt.getTime() + index * 40 * 60_000)),
    );
    const updatedAt = written.at(-1)!;
    const filed: TicketFacts = {
      id,
      number,
      status,
      priority: pickRandom(['LOW', 'NORMAL', 'NORMAL', 'NORMAL', 'HIGH', 'URGENT'], random),
      channel: pickRandom(['EMAIL', 'EMAIL', 'PORTAL', 'CHAT', 'CALL'], random),
      departmentId: pickRandom(cast.departments, random).id,
      assigneeId: agent?.id ?? null,
      requesterId: requester.id,
      createdAt,
      solvedAt: done ? updatedAt : null,
    };
    filled.tickets.push(filed);
    if (size === LONG_TICKET_MESSAGES) filled.longTickets.push(toId('tkt', id));
    else if (status === 'OPEN') filled.openTickets.push(toId('tkt', id));
    filled.searches.push(`${rareWordAt(number * 7)} ${pickRandom(PRODUCTS, random)}`);
    const stamps = {
      workspace_id: workspace,
      version: 1,
      created_at: createdAt,
      updated_at: updatedAt,
    };
    const person = {
      created_by_kind: 'customer',
      created_by_id: requester.id,
      created_by_name: requester.name,
    };
    return {
      words: searchText(`${subject} ${requester.name}`, ...texts),
      ticket: {
        ...stamps,
        ...person,
        id,
        number,
        subject,
        description: texts[0]!,
        locale: 'en',
        status,
        priority: filed.priority,
        department_id: uuidOf('dep', filed.departmentId),
        assignee_id: agent && uuidOf('agt', agent.id),
        requester_id: uuidOf('cus', requester.id),
        requester_name: requester.name,
        organization_id: requester.organizationId && uuidOf('org', requester.organizationId),
        tags: random() < 0.2 ? [rareWordAt(number % 40)] : [],
        channel: filed.channel,
        origin: 'CUSTOMER',
        waiting_since: status === 'NEW' || status === 'OPEN' ? updatedAt : null,
        handled: agent !== null,
        first_reply_at: agent && (written[1] ?? null),
        solved_at: filed.solvedAt,
        solved_by_id: done ? uuidOf('agt', agent!.id) : null,
        resolution_code: done ? 'ANSWERED' : null,
        closed_at: status === 'CLOSED' ? updatedAt : null,
        reopen_count: 0,
        transfer_count: 0,
        public_version: 1,
        public_updated_at: updatedAt,
      },
      messages: texts.map((body, index) => {
        const mine = agent && index % 2 === 1;
        return {
          workspace_id: workspace,
          version: 1,
          created_at: written[index]!,
          updated_at: written[index]!,
          id: newUuid(),
          ticket_id: id,
          visibility: mine && index % 6 === 5 ? 'PRIVATE' : 'PUBLIC',
          channel: filed.channel,
          author_kind: mine ? 'agent' : 'customer',
          author_id: mine ? agent.id : requester.id,
          author_name: mine ? agent.name : requester.name,
          body,
          text: body,
          html: `<p>${body}</p>`,
          delivery: mine ? 'SENT' : 'INBOUND',
        };
      }),
    };
  }
}

const statusOf = (chance: number): string =>
  chance < 0.45
    ? 'CLOSED'
    : chance < 0.65
      ? 'SOLVED'
      : chance < 0.75
        ? 'PENDING'
        : chance < 0.95
          ? 'OPEN'
          : 'NEW';

/** Inserts rows with the columns of the first one. */
export async function insertRows(
  owner: Client,
  table: string,
  rows: readonly object[],
): Promise<void> {
  const columns = Object.keys(rows[0]!).join(', ');
  await owner.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
