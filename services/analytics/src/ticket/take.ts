import { sql } from '@deskgraph/common/database';
import type { Fact } from '@deskgraph/common/events';
import { toUuid } from '@deskgraph/common/id';
import type { Context } from '@deskgraph/common/transaction';
import { type Milestone, type Standing, type Stretch, advance } from './standing.ts';

/**
 * Takes facts of one workspace into the projection, in their order and in the transaction that keeps the position: one statement to read
 * what they are about, one to write it.
 */
export async function takeAll(context: Context, facts: readonly Fact[]): Promise<void> {
  const standings = await readTickets(context, facts);
  const stretches = new Map<string, Stretch & { ticket: string }>();
  const names: { thing: string; position: number; since: string; name: string }[] = [];
  for (const fact of facts) {
    const state = fact.data['state'] as { name?: unknown } | undefined;
    const ticket = ticketOf(fact);
    const thing = toUuid('agt', fact.subject) ?? toUuid('dep', fact.subject);
    if (ticket) {
      const { after, stretches: changed } = advance(standings.get(ticket), fact);
      standings.set(ticket, after);
      for (const each of changed) stretches.set(`${ticket} ${each.turn}`, { ...each, ticket });
    } else if (thing && typeof state?.name === 'string') names.push({ thing, position: fact.position, since: fact.at, name: state.name });
  }
  const progress = { position: facts.at(-1)!.position, as_of: latest(facts) };
  await write(
    context,
    progress,
    [...standings].map(rowOf),
    [...stretches.values()].map((each) => stretchRow(each, standings.get(each.ticket)!)),
    names,
  );
}

/** The UUID of the ticket that the fact tells the state of. */
const ticketOf = (fact: Fact): string | undefined => (fact.data['state'] ? toUuid('tkt', fact.subject) : undefined);

/** A wrong clock somewhere must not make reports look fresher than now. */
const latest = (facts: readonly Fact[]): string =>
  new Date(Math.min(Date.now(), Math.max(...facts.map((fact) => Date.parse(fact.at))))).toISOString();

async function readTickets(context: Context, facts: readonly Fact[]): Promise<Map<string, Standing>> {
  const ids = new Set(facts.flatMap((fact) => ticketOf(fact) ?? []));
  if (!ids.size) return new Map();
  const { rows } = await sql<TicketRow>`select * from ticket where id = any(${[...ids]}::uuid[])`.execute(context.em.getKysely());
  return new Map(rows.map((row) => [row.id, standingOf(row)]));
}

/** What was named otherwise before an instant keeps that name in reports of then; so every name is kept, with its instant. */
async function write(context: Context, progress: object, tickets: object[], stretches: object[], names: object[]): Promise<void> {
  const workspace = sql`${context.workspace}::uuid`;
  const rows = (list: object[]) => sql`json_to_recordset(${JSON.stringify(list)}::json)`;
  await sql`
    with counted as (
      insert into progress (workspace_id, position, as_of)
      select ${workspace}, position, as_of from ${rows([progress])} as given (position bigint, as_of timestamptz)
      on conflict (workspace_id) do update set position = greatest(progress.position, excluded.position), as_of = greatest(progress.as_of, excluded.as_of)),
    named as (
      insert into known_name (workspace_id, thing_id, position, since, name)
      select ${workspace}, thing, position, since, name from ${rows(names)} as given (thing uuid, position bigint, since timestamptz, name text)),
    stretched as (
      insert into unsolved (workspace_id, ticket_id, turn, department_id, agent_id, opened_at, closed_at, hidden)
      select ${workspace}, ticket, turn, department, agent, opened, closed, hidden from ${rows(stretches)}
        as given (ticket uuid, turn integer, department uuid, agent uuid, opened timestamptz, closed timestamptz, hidden boolean)
      on conflict (workspace_id, ticket_id, turn) do update set
        department_id = excluded.department_id, agent_id = excluded.agent_id, closed_at = excluded.closed_at,
        hidden = excluded.hidden)
    insert into ticket (
      workspace_id, id, number, status, custom_status_id, form_id, priority, channel, locale, category_id, department_id, assignee_id,
      requester_id, organization_id, problem_id, follower_ids, tags, fields, product, external_id, handled, reopen_count, transfer_count,
      snoozed, escalated, waiting_since, spam, deleted, created_at, updated_at, closed_at,
      created_department_id, created_agent_id, solved_at, solved_department_id, solved_agent_id, resolution_seconds,
      responded_at, responded_department_id, responded_agent_id, response_seconds, turn, edge)
    select
      ${workspace}, id, number, status, custom_status_id, form_id, priority, channel, locale, category_id, department_id, assignee_id,
      requester_id, organization_id, problem_id, follower_ids, tags, fields, product, external_id, handled, reopen_count, transfer_count,
      snoozed, escalated, waiting_since, spam, deleted, created_at, updated_at, closed_at,
      created_department_id, created_agent_id, solved_at, solved_department_id, solved_agent_id, resolution_seconds,
      responded_at, responded_department_id, responded_agent_id, response_seconds, turn, edge
    from ${rows(tickets)} as given (
      id uuid, number integer, status text, custom_status_id uuid, form_id uuid, priority text, channel text, locale text, category_id uuid, department_id uuid,
      assignee_id uuid, requester_id uuid, organization_id uuid, problem_id uuid, follower_ids text[], tags text[], fields jsonb, product text,
      external_id text, handled boolean, reopen_count integer, transfer_count integer, snoozed boolean, escalated boolean, waiting_since timestamptz,
      spam boolean, deleted boolean, created_at timestamptz, updated_at timestamptz, closed_at timestamptz, created_department_id uuid, created_agent_id uuid,
      solved_at timestamptz, solved_department_id uuid, solved_agent_id uuid, resolution_seconds integer,
      responded_at timestamptz, responded_department_id uuid, responded_agent_id uuid, response_seconds integer, turn integer, edge timestamptz)
    on conflict (workspace_id, id) do update set
      status = excluded.status, custom_status_id = excluded.custom_status_id, form_id = excluded.form_id, priority = excluded.priority, channel = excluded.channel,
      locale = excluded.locale, category_id = excluded.category_id, department_id = excluded.department_id,
      assignee_id = excluded.assignee_id, requester_id = excluded.requester_id,
      organization_id = excluded.organization_id, problem_id = excluded.problem_id, follower_ids = excluded.follower_ids, tags = excluded.tags,
      fields = excluded.fields, product = excluded.product, external_id = excluded.external_id, handled = excluded.handled,
      reopen_count = excluded.reopen_count, transfer_count = excluded.transfer_count, snoozed = excluded.snoozed, escalated = excluded.escalated,
      waiting_since = excluded.waiting_since,
      spam = excluded.spam, deleted = excluded.deleted, updated_at = excluded.updated_at, closed_at = excluded.closed_at,
      solved_at = excluded.solved_at, solved_department_id = excluded.solved_department_id, solved_agent_id = excluded.solved_agent_id,
      resolution_seconds = excluded.resolution_seconds, responded_at = excluded.responded_at,
      responded_department_id = excluded.responded_department_id, responded_agent_id = excluded.responded_agent_id,
      response_seconds = excluded.response_seconds, turn = excluded.turn, edge = excluded.edge
  `.execute(context.em.getKysely());
}

const stretchRow = (
  { ticket, turn, departmentId, agentId, openedAt, closedAt }: Stretch & { ticket: string },
  { spam, deleted }: Standing,
): object => ({
  ticket,
  turn,
  department: departmentId,
  agent: agentId,
  opened: openedAt,
  closed: closedAt ?? 'infinity',
  hidden: spam || deleted,
});

type Instant = Date | string;

interface TicketRow {
  id: string;
  number: number;
  status: string;
  custom_status_id: string | null;
  form_id: string | null;
  priority: string;
  channel: string;
  locale: string | null;
  category_id: string | null;
  department_id: string | null;
  assignee_id: string | null;
  requester_id: string | null;
  organization_id: string | null;
  problem_id: string | null;
  follower_ids: string[];
  tags: string[];
  fields: Record<string, unknown>;
  product: string | null;
  external_id: string | null;
  handled: boolean;
  reopen_count: number;
  transfer_count: number;
  snoozed: boolean;
  escalated: boolean;
  waiting_since: Instant | null;
  spam: boolean;
  deleted: boolean;
  created_at: Instant;
  updated_at: Instant | null;
  closed_at: Instant | null;
  created_department_id: string | null;
  created_agent_id: string | null;
  solved_at: Instant | null;
  solved_department_id: string | null;
  solved_agent_id: string | null;
  resolution_seconds: number | null;
  responded_at: Instant | null;
  responded_department_id: string | null;
  responded_agent_id: string | null;
  response_seconds: number | null;
  turn: number;
  edge: Instant;
}

const rowOf = ([id, it]: readonly [string, Standing]): TicketRow => ({
  id,
  number: it.number,
  status: it.status,
  custom_status_id: it.customStatusId,
  form_id: it.formId,
  priority: it.priority,
  channel: it.channel,
  locale: it.locale,
  category_id: it.categoryId,
  department_id: it.departmentId,
  assignee_id: it.assigneeId,
  requester_id: it.requesterId,
  organization_id: it.organizationId,
  problem_id: it.problemId,
  follower_ids: it.followerIds,
  tags: it.tags,
  fields: it.fields,
  product: it.product,
  external_id: it.externalId,
  handled: it.handled,
  reopen_count: it.reopenCount,
  transfer_count: it.transferCount,
  snoozed: it.snoozed,
  escalated: it.escalated,
  waiting_since: it.waitingSince,
  spam: it.spam,
  deleted: it.deleted,
  created_at: it.createdAt,
  updated_at: it.updatedAt,
  closed_at: it.closedAt,
  created_department_id: it.created.departmentId,
  created_agent_id: it.created.agentId,
  solved_at: it.solved?.at ?? null,
  solved_department_id: it.solved?.departmentId ?? null,
  solved_agent_id: it.solved?.agentId ?? null,
  resolution_seconds: it.solved?.seconds ?? null,
  responded_at: it.responded?.at ?? null,
  responded_department_id: it.responded?.departmentId ?? null,
  responded_agent_id: it.responded?.agentId ?? null,
  response_seconds: it.responded?.seconds ?? null,
  turn: it.turn,
  edge: it.edge,
});

const standingOf = (row: TicketRow): Standing => ({
  number: row.number,
  status: row.status,
  customStatusId: row.custom_status_id,
  formId: row.form_id,
  priority: row.priority,
  channel: row.channel,
  locale: row.locale,
  categoryId: row.category_id,
  departmentId: row.department_id,
  assigneeId: row.assignee_id,
  requesterId: row.requester_id,
  organizationId: row.organization_id,
  problemId: row.problem_id,
  followerIds: row.follower_ids,
  tags: row.tags,
  fields: row.fields,
  product: row.product,
  externalId: row.external_id,
  handled: row.handled,
  reopenCount: row.reopen_count,
  transferCount: row.transfer_count,
  snoozed: row.snoozed,
  escalated: row.escalated,
  waitingSince: row.waiting_since === null ? null : new Date(row.waiting_since),
  spam: row.spam,
  deleted: row.deleted,
  createdAt: new Date(row.created_at),
  updatedAt: new Date(row.updated_at ?? row.created_at),
  closedAt: row.closed_at === null ? null : new Date(row.closed_at),
  created: { departmentId: row.created_department_id, agentId: row.created_agent_id },
  solved: milestoneOf(row.solved_at, row.resolution_seconds, row.solved_department_id, row.solved_agent_id),
  responded: milestoneOf(row.responded_at, row.response_seconds, row.responded_department_id, row.responded_agent_id),
  turn: row.turn,
  edge: new Date(row.edge),
});

const milestoneOf = (at: Instant | null, seconds: number | null, departmentId: string | null, agentId: string | null): Milestone | null =>
  at === null ? null : { at: new Date(at), seconds: seconds!, departmentId, agentId };
