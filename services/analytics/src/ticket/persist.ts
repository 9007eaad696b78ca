import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { COLUMNS, IMMUTABLE_COLUMNS, type TicketRow } from './row.ts';
import type { TicketProjection, UnsolvedPeriod } from './state.ts';

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

/** The name of an agent or department since an instant. */
export interface NameChange {
  /** UUID of the agent or department. */
  thing: string;
  position: number;
  since: string;
  name: string;
}

export interface ProjectionChanges {
  progress: { position: number; as_of: string };
  tickets: TicketRow[];
  periods: object[];
  /** All names are stored with their instants, so that reports use the names of their period. */
  names: NameChange[];
}

const columnNames = Object.keys(COLUMNS);
const ALL_COLUMNS = sql.raw(columnNames.join(', '));
const TYPED_COLUMNS = sql.raw(
  Object.entries(COLUMNS)
    .map(([name, type]) => `${name} ${type}`)
    .join(', '),
);
const UPDATES = sql.raw(
  columnNames
    .filter((name) => !IMMUTABLE_COLUMNS.has(name))
    .map((name) => `${name} = excluded.${name}`)
    .join(', '),
);

/** Stores the changes of one workspace with one statement. */
export async function persistProjection(
  ctx: Context,
  { progress, tickets, periods, names }: ProjectionChanges,
): Promise<void> {
  const workspace = sql`${ctx.workspace}::uuid`;
  const recordset = (list: object[]) => sql`json_to_recordset(${JSON.stringify(list)}::json)`;
  await execute(
    ctx,
    sql`
    with stored_progress as (
      insert into progress (workspace_id, position, as_of)
      select ${workspace}, position, as_of
      from ${recordset([progress])} as input (position bigint, as_of timestamptz)
      on conflict (workspace_id) do update set
        position = greatest(progress.position, excluded.position),
        as_of = greatest(progress.as_of, excluded.as_of)),
    stored_names as (
      insert into known_name (workspace_id, thing_id, position, since, name)
      select ${workspace}, thing, position, since, name
      from ${recordset(names)}
        as input (thing uuid, position bigint, since timestamptz, name text)),
    stored_periods as (
      insert into unsolved
        (workspace_id, ticket_id, turn, department_id, agent_id, opened_at, closed_at, hidden)
      select ${workspace}, ticket, turn, department, agent, opened, closed, hidden
      from ${recordset(periods)}
        as input (ticket uuid, turn integer, department uuid, agent uuid,
          opened timestamptz, closed timestamptz, hidden boolean)
      on conflict (workspace_id, ticket_id, turn) do update set
        department_id = excluded.department_id, agent_id = excluded.agent_id,
        closed_at = excluded.closed_at, hidden = excluded.hidden)
    insert into ticket (workspace_id, ${ALL_COLUMNS})
    select ${workspace}, ${ALL_COLUMNS} from ${recordset(tickets)} as input (${TYPED_COLUMNS})
    on conflict (workspace_id, id) do update set ${UPDATES}`,
  );
}
