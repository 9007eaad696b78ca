import { newUuid, toId, uuidOf } from '@deskgraph/common/core/id';
import { searchText } from '@deskgraph/common/text/tokenizer';
import type { Client } from 'pg';
import type { Size } from '../options.ts';
import type { Cast } from './people.ts';
import { THINGS, dice, letter, oneOf, rare, title } from './words.ts';

const DAY_MS = 86_400_000;
const DAYS = 90;
/** Every twentieth ticket has as many messages as the row that reads them asks for; the others have three or four. */
const LONG_EACH = 20;
const LONG = 20;
const BATCH = 500;

/** A ticket as both services know it. */
export interface Filed {
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

export interface Filled {
  tickets: Filed[];
  long: string[];
  open: string[];
  searches: string[];
}

/**
 * Writes tickets, messages and their words straight into the service's tables: through the graph it would take minutes. The event log gets
 * nothing of them; what reports know of them is written by reports.ts.
 */
export async function fileTickets(
  owner: Client,
  workspace: string,
  cast: Cast,
  { tickets: count }: Size,
): Promise<Filled> {
  const random = dice(1);
  const now = Date.now();
  const filled: Filled = { tickets: [], long: [], open: [], searches: [] };
  for (let from = 0; from < count; from += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, count - from) }, (_, at) =>
      write(from + at + 1),
    );
    await insert(
      owner,
      'ticket',
      rows.map((row) => row.ticket),
    );
    await insert(
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
    const requester = oneOf(cast.requesters, random);
    const status = statusOf(random());
    const done = status === 'SOLVED' || status === 'CLOSED';
    const agent = status === 'NEW' ? null : oneOf(cast.agents, random);
    const id = newUuid();
    const subject = title(random);
    const size = number % LONG_EACH === 0 ? LONG : 3 + Math.floor(random() * 1.2);
    const texts = Array.from({ length: size }, (_, at) => letter(random, rare(number * 7 + at)));
    const written = texts.map(
      (_, at) => new Date(Math.min(now, createdAt.getTime() + at * 40 * 60_000)),
    );
    const updatedAt = written.at(-1)!;
    const filed: Filed = {
      id,
      number,
      status,
      priority: oneOf(['LOW', 'NORMAL', 'NORMAL', 'NORMAL', 'HIGH', 'URGENT'], random),
      channel: oneOf(['EMAIL', 'EMAIL', 'PORTAL', 'CHAT', 'CALL'], random),
      departmentId: oneOf(cast.departments, random).id,
      assigneeId: agent?.id ?? null,
      requesterId: requester.id,
      createdAt,
      solvedAt: done ? updatedAt : null,
    };
    filled.tickets.push(filed);
    if (size === LONG) filled.long.push(toId('tkt', id));
    else if (status === 'OPEN') filled.open.push(toId('tkt', id));
    filled.searches.push(`${rare(number * 7)} ${oneOf(THINGS, random)}`);
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
        tags: random() < 0.2 ? [rare(number % 40)] : [],
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
      messages: texts.map((body, at) => {
        const mine = agent && at % 2 === 1;
        return {
          workspace_id: workspace,
          version: 1,
          created_at: written[at]!,
          updated_at: written[at]!,
          id: newUuid(),
          ticket_id: id,
          visibility: mine && at % 6 === 5 ? 'PRIVATE' : 'PUBLIC',
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

/** Rows of plain values, with the columns that the first one has. */
export async function insert(owner: Client, table: string, rows: readonly object[]): Promise<void> {
  const columns = Object.keys(rows[0]!).join(', ');
  await owner.query(
    `insert into ${table} (${columns}) select ${columns} from jsonb_populate_recordset(null::${table}, $1::jsonb)`,
    [JSON.stringify(rows)],
  );
}
