import { type EntityManager, sql, uuidArray } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { NIL_UUID, toId, uuidOf } from '@deskgraph/common/core/id';
import { singleLine } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { Directive, Field, ObjectType } from 'type-graphql';
import { App } from './app.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'The id of a customer or organization in a partner system.',
})
@Directive('@shareable')
export class ExternalId {
  @Field(() => App, {
    nullable: true,
    description: 'The app that set the id. Null when staff set it.',
  })
  app!: App | null;
  @Field(() => String, { description: 'The id in the partner system, unique per app.' })
  value!: string;
}

export const externalIdBounds = singleLine(255);

/** The entities that have external ids. */
export type ExternalIdOwner = 'customer' | 'organization';
const PREFIX: Record<ExternalIdOwner, string> = { customer: 'cus', organization: 'org' };
const externalIdTable = (owner: ExternalIdOwner) => sql.table(`${owner}_external_id`);
const externalIdOwnerColumn = (owner: ExternalIdOwner) => sql.ref(`${owner}_id`);

/** The namespace of external ids: one per app, and one for all staff. */
const callerAppUuid = (ctx: Context): string =>
  ctx.actor.kind === 'app' ? uuidOf('app', ctx.actor.id) : NIL_UUID;

/**
 * Sets the external id of an entity in the namespace of the caller. Returns false when another
 * entity has it. Waits for concurrent transactions that set the same id.
 */
export async function claimExternalId(
  ctx: Context,
  owner: ExternalIdOwner,
  id: string,
  value: string,
): Promise<boolean> {
  const mine = sql`${uuidOf(PREFIX[owner], id)}::uuid`;
  const rows = await execute(
    ctx,
    sql<{ mine: boolean }>`
    insert into ${externalIdTable(owner)} as e (workspace_id, app_id, value, app_name, ${externalIdOwnerColumn(owner)})
    values (${ctx.workspace}::uuid, ${callerAppUuid(ctx)}::uuid, ${value}, ${ctx.actor.name}, ${mine})
    on conflict (workspace_id, app_id, value) do update set app_name = e.app_name where e.${externalIdOwnerColumn(owner)} = ${mine}
    returning true as mine`,
  );
  return rows.length > 0;
}

/** Deletes the external ids of an entity in the namespace of the caller, except `value`. */
export async function deleteOtherExternalIds(
  ctx: Context,
  owner: ExternalIdOwner,
  id: string,
  value: string | null,
): Promise<void> {
  await execute(
    ctx,
    sql`delete from ${externalIdTable(owner)} where app_id = ${callerAppUuid(ctx)}::uuid and ${externalIdOwnerColumn(owner)} = ${uuidOf(PREFIX[owner], id)}::uuid
    and value is distinct from ${value}::text`,
  );
}

/** The entity with this external id in the namespace of the calling app. Staff find ids of all apps. */
export async function ownerOfExternalId(
  ctx: Context,
  em: EntityManager,
  owner: ExternalIdOwner,
  value: string,
): Promise<string | null> {
  const whose = (
    ctx.actor.kind === 'app' ? sql`app_id = ${callerAppUuid(ctx)}::uuid` : sql`true`
  ) as Condition;
  const { rows } = await sql<{ id: string }>`
    select ${externalIdOwnerColumn(owner)} as id from ${externalIdTable(owner)} where value = ${value} and ${whose} order by app_id limit 1`.execute(
    em.getKysely(),
  );
  return rows[0] ? toId(PREFIX[owner], rows[0].id) : null;
}

/** The external ids of an entity, batched per request. */
export async function externalIdsOf(
  ctx: Context,
  owner: ExternalIdOwner,
  id: string,
): Promise<ExternalId[]> {
  const found = await ctx.load.byParent(
    `external ids of ${owner}`,
    id,
    (ids) => readExternalIds(ctx, owner, ids),
    (row) => toId(PREFIX[owner], row.owner),
  );
  return found.map(({ app_id, app_name, value }) => ({
    value,
    app: app_id === NIL_UUID ? null : appReference(app_id, app_name),
  }));
}

const appReference = (uuid: string, name: string): App =>
  Object.assign(new App(), { id: toId('app', uuid), name });

interface ExternalIdRow {
  owner: string;
  app_id: string;
  app_name: string;
  value: string;
}

async function readExternalIds(
  ctx: Context,
  owner: ExternalIdOwner,
  ids: string[],
): Promise<ExternalIdRow[]> {
  const em = await ctx.read();
  const { rows } = await sql<ExternalIdRow>`
    select ${externalIdOwnerColumn(owner)} as owner, app_id, app_name, value from ${externalIdTable(owner)}
    where ${externalIdOwnerColumn(owner)} = any(${uuidArray(PREFIX[owner], ids)}) order by app_id, value`.execute(
    em.getKysely(),
  );
  return rows;
}
