import { type EntityManager, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { NO_UUID, toId, uuidOf } from '@deskgraph/common/core/id';
import { singleLine } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Directive, Field, ObjectType } from 'type-graphql';
import { App } from './app.ts';

@ObjectType({ simpleResolvers: true, description: 'The id that a partner knows a thing by.' })
@Directive('@shareable')
export class ExternalId {
  @Field(() => App, {
    nullable: true,
    description: 'The app that it belongs to; null when staff set it.',
  })
  app!: App | null;
  @Field(() => String, { description: 'The id there, unique per app.' }) value!: string;
}

export const externalIdBounds = singleLine(255);

/** The two things that partners know by ids of their own. */
export type Owner = 'customer' | 'organization';
const PREFIX: Record<Owner, string> = { customer: 'cus', organization: 'org' };
const table = (owner: Owner) => sql.table(`${owner}_external_id`);
const column = (owner: Owner) => sql.ref(`${owner}_id`);

/** Staff share one set of ids; each app has its own. */
const appOf = (ctx: Context): string =>
  ctx.actor.kind === 'app' ? uuidOf('app', ctx.actor.id) : NO_UUID;

/** Gives the thing this id of the caller's app; false when another thing has it. Waits for whoever is about to take it. */
export async function claimExternalId(
  ctx: Context,
  owner: Owner,
  id: string,
  value: string,
): Promise<boolean> {
  const mine = sql`${uuidOf(PREFIX[owner], id)}::uuid`;
  const { rows } = await sql<{ mine: boolean }>`
    insert into ${table(owner)} as e (workspace_id, app_id, value, app_name, ${column(owner)})
    values (${ctx.workspace}::uuid, ${appOf(ctx)}::uuid, ${value}, ${ctx.actor.name}, ${mine})
    on conflict (workspace_id, app_id, value) do update set app_name = e.app_name where e.${column(owner)} = ${mine}
    returning true as mine`.execute(ctx.em.getKysely());
  return rows.length > 0;
}

/** Takes away the ids that the caller's app gave the thing, but for `value`. */
export async function dropExternalIds(
  ctx: Context,
  owner: Owner,
  id: string,
  value: string | null,
): Promise<void> {
  await sql`delete from ${table(owner)} where app_id = ${appOf(ctx)}::uuid and ${column(owner)} = ${uuidOf(PREFIX[owner], id)}::uuid
    and value is distinct from ${value}::text`.execute(ctx.em.getKysely());
}

/** The thing that the caller's app knows by this id; staff find that of any app. */
export async function ownerOfExternalId(
  ctx: Context,
  em: EntityManager,
  owner: Owner,
  value: string,
): Promise<string | null> {
  const whose = (
    ctx.actor.kind === 'app' ? sql`app_id = ${appOf(ctx)}::uuid` : sql`true`
  ) as Condition;
  const { rows } = await sql<{ id: string }>`
    select ${column(owner)} as id from ${table(owner)} where value = ${value} and ${whose} order by app_id limit 1`.execute(
    em.getKysely(),
  );
  return rows[0] ? toId(PREFIX[owner], rows[0].id) : null;
}

/** The partners' ids of a thing; those of all things of a request with one statement. */
export async function externalIds(ctx: Context, owner: Owner, id: string): Promise<ExternalId[]> {
  const found = await ctx.load.byParent(
    `external ids of ${owner}`,
    id,
    (ids) => read(ctx, owner, ids),
    (row) => toId(PREFIX[owner], row.owner),
  );
  return found.map(({ app_id, app_name, value }) => ({
    value,
    app: app_id === NO_UUID ? null : appNamed(app_id, app_name),
  }));
}

const appNamed = (uuid: string, name: string): App =>
  Object.assign(new App(), { id: toId('app', uuid), name });

interface Row {
  owner: string;
  app_id: string;
  app_name: string;
  value: string;
}

async function read(ctx: Context, owner: Owner, ids: string[]): Promise<Row[]> {
  const em = await ctx.read();
  const { rows } = await sql<Row>`
    select ${column(owner)} as owner, app_id, app_name, value from ${table(owner)}
    where ${column(owner)} = any(${uuids(PREFIX[owner], ids)}) order by app_id, value`.execute(
    em.getKysely(),
  );
  return rows;
}
