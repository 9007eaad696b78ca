import {
  type FieldKind,
  TICKET_FILTER_FIELD_NAMES,
  type TicketFilterField,
  ticketFilterField,
} from '@deskgraph/common/contract/ticket-filter-fields';
import type { Milestone, TicketProjection } from './state.ts';

/** A row of `ticket` by column, without its workspace. */
export type TicketRow = Record<string, unknown>;

const SQL_TYPES: Record<Exclude<FieldKind, 'search'>, string> = {
  id: 'uuid',
  idList: 'text[]',
  number: 'integer',
  choice: 'text',
  text: 'text',
  instant: 'timestamptz',
  boolean: 'boolean',
  presence: 'boolean',
  tags: 'text[]',
  customFields: 'jsonb',
};

/** The column and SQL type of a filter field. The copy stores only whether a value is present. */
function filterColumn(field: TicketFilterField): [column: string, type: string][] {
  const { kind, column } = ticketFilterField(field);
  if (kind === 'search') return [];
  return [[kind === 'presence' ? field : column!, SQL_TYPES[kind]]];
}

/** The columns of `ticket` with their SQL types: one per filter field, and the measured values. */
export const COLUMNS: Readonly<Record<string, string>> = {
  ...Object.fromEntries(TICKET_FILTER_FIELD_NAMES.flatMap(filterColumn)),
  created_department_id: 'uuid',
  created_agent_id: 'uuid',
  solved_department_id: 'uuid',
  solved_agent_id: 'uuid',
  resolution_seconds: 'integer',
  responded_at: 'timestamptz',
  responded_department_id: 'uuid',
  responded_agent_id: 'uuid',
  response_seconds: 'integer',
  turn: 'integer',
  edge: 'timestamptz',
};

/** The columns that the first event of a ticket sets and no other event changes. */
export const IMMUTABLE_COLUMNS: ReadonlySet<string> = new Set([
  'id',
  'number',
  'created_at',
  'created_department_id',
  'created_agent_id',
]);

const toColumn = (property: string): string =>
  property.replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
const toProperty = (column: string): string =>
  column.replaceAll(/_([a-z])/g, (_, letter: string) => letter.toUpperCase());

export function toTicketRow([id, projection]: readonly [string, TicketProjection]): TicketRow {
  const { created, solved, responded, ...values } = projection;
  return {
    id,
    ...Object.fromEntries(
      Object.entries(values).map(([property, value]) => [toColumn(property), value]),
    ),
    created_department_id: created.departmentId,
    created_agent_id: created.agentId,
    ...milestoneColumns('solved', 'resolution_seconds', solved),
    ...milestoneColumns('responded', 'response_seconds', responded),
  };
}

export function fromTicketRow(row: TicketRow): TicketProjection {
  const values = Object.keys(COLUMNS).map((column) => [toProperty(column), valueOf(row, column)]);
  return {
    ...(Object.fromEntries(values) as TicketProjection),
    updatedAt: new Date((row['updated_at'] ?? row['created_at']) as Instant),
    created: {
      departmentId: row['created_department_id'] as string | null,
      agentId: row['created_agent_id'] as string | null,
    },
    solved: milestoneOf(row, 'solved', 'resolution_seconds'),
    responded: milestoneOf(row, 'responded', 'response_seconds'),
  };
}

type Instant = Date | string;

const valueOf = (row: TicketRow, column: string): unknown =>
  COLUMNS[column] === 'timestamptz' && row[column] !== null
    ? new Date(row[column] as Instant)
    : row[column];

const milestoneColumns = (
  name: string,
  secondsColumn: string,
  milestone: Milestone | null,
): TicketRow => ({
  [`${name}_at`]: milestone?.at ?? null,
  [`${name}_department_id`]: milestone?.departmentId ?? null,
  [`${name}_agent_id`]: milestone?.agentId ?? null,
  [secondsColumn]: milestone?.seconds ?? null,
});

const milestoneOf = (row: TicketRow, name: string, secondsColumn: string): Milestone | null =>
  row[`${name}_at`] === null
    ? null
    : {
        at: valueOf(row, `${name}_at`) as Date,
        seconds: row[secondsColumn] as number,
        departmentId: row[`${name}_department_id`] as string | null,
        agentId: row[`${name}_agent_id`] as string | null,
      };
