import { sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import { COLUMNS, IMMUTABLE_COLUMNS, type TicketRow } from './row.ts';
import type { TicketProjection, UnsolvedPeriod } from './state.ts';

/** The latest stretches of a ticket, as they are written. */
export const toPeriodRow = (
  { ticket, turn, departmentId, agentId, openedAt, closedAt }: UnsolvedPeriod & { ticket: string },
  { spam, deleted }: TicketProjection,
): object => ({
  ticket,
  turn,
  department: departmentId,
  agent: agentId,
  opened: openedAt,
  closed: closedAt ?? 'infinity',
  hidden: spam || deleted,
});

export interface NameChange {
  thing: string;
  position: number;
  since: string;
  name: string;
}

export interface ProjectionChanges {
  progress: { position: number; as_of: string };
  tickets: TicketRow[];
  stretches: object[];
  /** What was named otherwise before an instant keeps that name in reports of then; so every name is kept, with its instant. */
  names: NameChange[];
}

const names = Object.keys(COLUMNS);
const ALL = sql.raw(names.join(', '));
const TYPED = sql.raw(
  Object.entries(COLUMNS)
    .map(([name, type]) => `${name} ${type}`)
    .join(', '),
);
const NEWER = sql.raw(
  names
    .filter((name) => !IMMUTABLE_COLUMNS.has(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', '),
);

/** Writes what facts of one workspace made of the projection, with one statement. */
export async function persistProjection(
  context: Context,
  { progress, tickets, stretches, names: named }: ProjectionChanges,
): Promise<void> {
  const workspace = sql`${context.workspace}::uuid`;
  const rows = (list: object[]) => sql`json_to_recordset(${JSON.stringify(list)}::json)`;
  await sql`
    with counted as (
      insert into progress (workspace_id, position, as_of)
      select ${workspace}, position, as_of from ${rows([progress])} as given (position bigint, as_of timestamptz)
      on conflict (workspace_id) do update set position = greatest(progress.position, excluded.position), as_of = greatest(progress.as_of, excluded.as_of)),
    named as (
      insert into known_name (workspace_id, thing_id, position, since, name)
      select ${workspace}, thing, position, since, name from ${rows(named)} as given (thing uuid, position bigint, since timestamptz, name text)),
    stretched as (
      insert into unsolved (workspace_id, ticket_id, turn, department_id, agent_id, opened_at, closed_at, hidden)
      select ${workspace}, ticket, turn, department, agent, opened, closed, hidden from ${rows(stretches)}
        as given (ticket uuid, turn integer, department uuid, agent uuid, opened timestamptz, closed timestamptz, hidden boolean)
      on conflict (workspace_id, ticket_id, turn) do update set
        department_id = excluded.department_id, agent_id = excluded.agent_id, closed_at = excluded.closed_at, hidden = excluded.hidden)
    insert into ticket (workspace_id, ${ALL}) select ${workspace}, ${ALL} from ${rows(tickets)} as given (${TYPED})
    on conflict (workspace_id, id) do update set ${NEWER}`.execute(context.em.getKysely());
}
