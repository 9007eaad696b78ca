import { Id, sql } from '@deskgraph/common/database/database';
import type { Context } from '@deskgraph/common/database/context';
import type { EntityProperty } from '@mikro-orm/postgresql';
import type { RawBuilder } from 'kysely';
import { stateOf } from '../../model/ticket/events.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';

const TOLD: ReadonlySet<string> = new Set(Object.keys(stateOf(new Ticket())));

/** What the state `s.state` tells under another name, or did not tell at first. */
const ODD: Record<string, RawBuilder<unknown>> = {
  spam: sql`coalesce((s.state ->> 'spam')::boolean, false)`,
  fields: sql`coalesce(s.state -> 'fields', '{}')`,
  snoozedAt: sql`case when s.state -> 'snooze' <> 'null' then coalesce((s.state #>> '{snooze,since}')::timestamptz, s.at) end`,
  updatedAt: sql`s.at`,
};

/**
 * Tickets that the caller may see today as they stood at an instant, as rows `t` with the columns of the table. What has not changed since stands
 * as it did; of all else the last fact is looked up, by an index.
 */
export const ticketsAsOf = (ctx: Context, at: Date): RawBuilder<unknown> => sql`(
  select ${columns(ctx)} from ticket t left join lateral (${lastFact(ctx.workspace, at)}) s on true
  where ${visibleTicketSql(ctx.actor)} and t.created_at <= ${at} and (t.updated_at <= ${at} or s.state is not null)
) t`;

/** The order of positions is the order of versions; what has no position yet comes after all that has. */
const lastFact = (workspace: string, at: Date): RawBuilder<unknown> => {
  const own = sql`
    workspace_id = ${workspace}::uuid and subject = typed_id('tkt', t.id) and at <= ${at} and t.updated_at > ${at}`;
  return sql`
    select e.state, e.at from (
      (select version, at, data -> 'state' as state from event_log where ${own} order by position desc limit 1)
      union all
      (select version, at, data -> 'state' as state from outbox where ${own} order by version desc limit 1)
    ) e order by e.version desc limit 1`;
};

const columns = ({ orm }: Context): RawBuilder<unknown> =>
  sql.join(
    orm
      .getMetadata(Ticket)
      .props.filter(({ persist }) => persist !== false)
      .map((property) => {
        const column = sql.ref(property.fieldNames[0]!);
        const told = ODD[property.name] ?? (TOLD.has(property.name) ? read(property) : undefined);
        return told
          ? sql`case when s.state is null then t.${column} else ${told} end as ${column}`
          : sql`t.${column}`;
      }),
  );

function read({ name, customType, columnTypes }: EntityProperty): RawBuilder<unknown> {
  const [type] = columnTypes as [string];
  if (customType instanceof Id) return sql`uuid_of(s.state ->> ${sql.lit(name)})`;
  if (type.endsWith('[]'))
    return sql`array(select jsonb_array_elements_text(s.state -> ${sql.lit(name)}))::${sql.raw(type)}`;
  return sql`(s.state ->> ${sql.lit(name)})::${sql.raw(type)}`;
}
