import type { Context } from '@deskgraph/common/database/context';
import { IdType, sql } from '@deskgraph/common/database/database';
import type { EntityProperty } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { ticketState } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';

/** The properties that the state in an event contains under the same name. */
const STATE_PROPERTIES: ReadonlySet<string> = new Set(Object.keys(ticketState(new Ticket())));

/** How to read from `s.state` what has another name there, or is not in older events. */
const SPECIAL_COLUMNS: Record<string, RawBuilder<unknown>> = {
  spam: sql`coalesce((s.state ->> 'spam')::boolean, false)`,
  fields: sql`coalesce(s.state -> 'fields', '{}')`,
  snoozedAt: sql`case when s.state -> 'snooze' <> 'null'
    then coalesce((s.state #>> '{snooze,since}')::timestamptz, s.at) end`,
  updatedAt: sql`s.at`,
};

/**
 * The tickets that the caller may see today with their values at an instant, as rows `t` with the
 * columns of the ticket table. A ticket that has not changed since is read from the table; for each
 * other one the last event until then is looked up by an index.
 */
export const ticketsAsOf = (ctx: Context, time: Date): RawBuilder<unknown> => sql`(
  select ${columns(ctx)} from ticket t left join lateral (${lastEvent(ctx.workspace, time)}) s on true
  where ${visibleTicketSql(ctx.actor)} and t.created_at <= ${time}
    and (t.updated_at <= ${time} or s.state is not null)
) t`;

/** Positions are in the order of versions; events of the outbox, without one, come last. */
const lastEvent = (workspace: string, time: Date): RawBuilder<unknown> => {
  const ofTicket = sql`
    workspace_id = ${workspace}::uuid and subject = typed_id('tkt', t.id)
    and at <= ${time} and t.updated_at > ${time}`;
  return sql`
    select e.state, e.at from (
      (select version, at, data -> 'state' as state from event_log where ${ofTicket} order by position desc limit 1)
      union all
      (select version, at, data -> 'state' as state from outbox where ${ofTicket} order by version desc limit 1)
    ) e order by e.version desc limit 1`;
};

const columns = ({ orm }: Context): RawBuilder<unknown> =>
  sql.join(
    orm
      .getMetadata(Ticket)
      .props.filter(({ persist }) => persist !== false)
      .map((property) => {
        const column = sql.ref(property.fieldNames[0]!);
        const value = valueFromState(property);
        return value
          ? sql`case when s.state is null then t.${column} else ${value} end as ${column}`
          : sql`t.${column}`;
      }),
  );

function valueFromState(property: EntityProperty): RawBuilder<unknown> | undefined {
  const { name, customType, columnTypes } = property;
  if (name in SPECIAL_COLUMNS) return SPECIAL_COLUMNS[name];
  if (!STATE_PROPERTIES.has(name)) return undefined;
  const [type] = columnTypes as [string];
  if (customType instanceof IdType) return sql`uuid_of(s.state ->> ${sql.lit(name)})`;
  if (type.endsWith('[]'))
    return sql`array(select jsonb_array_elements_text(s.state -> ${sql.lit(name)}))::${sql.raw(type)}`;
  return sql`(s.state ->> ${sql.lit(name)})::${sql.raw(type)}`;
}
