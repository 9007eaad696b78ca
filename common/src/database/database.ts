import {
  ArrayType,
  type EntityClass,
  type EntityMetadata,
  MikroORM,
  type OptionalProps,
  Type,
  defineConfig,
} from '@mikro-orm/postgresql';
import { Entity, Filter, Property } from '@mikro-orm/decorators/legacy';
import { Migrator } from '@mikro-orm/migrations';
import type { RawBuilder } from 'kysely';
import { sql } from 'kysely';
import { toId, uuidOf } from '../core/id.ts';
import type { Log } from '../core/log.ts';
import { PipelinedClient } from './pipelined-client.ts';

export type { EntityManager } from '@mikro-orm/postgresql';
export { MikroORM, sql };

/**
 * Column of a typed id: a UUID in the database, `tkt_…` in code and graph. A malformed id becomes
 * NIL_UUID, which no row has.
 */
export class IdType extends Type<string | null, string | null> {
  constructor(readonly prefix: string) {
    super();
  }
  override convertToDatabaseValue(id: string | null): string | null {
    return id === null || id === undefined ? null : uuidOf(this.prefix, id);
  }
  override convertToJSValue(uuid: string | null): string | null {
    return uuid === null || uuid === undefined ? null : toId(this.prefix, uuid);
  }
  override getColumnType(): string {
    return 'uuid';
  }
  override compareAsType(): string {
    return 'string';
  }
}

/**
 * Column of an array of texts. MikroORM's own type changes texts: `null`, control characters,
 * leading and trailing spaces.
 */
export class TextArrayType extends ArrayType<string> {
  override convertToDatabaseValue(texts: string[] | null): string | null {
    return texts && `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
  }
}

/**
 * The base class of entities that belong to a workspace. The filter restricts reads to the
 * workspace of the context; row security in PostgreSQL does the same independently. `Defaulted`
 * names the fields that `em.create` may leave out.
 */
@Entity({ abstract: true })
@Filter({
  name: 'workspace',
  cond: (parameters) => ({ workspaceId: parameters['workspaceId'] as string }),
  default: true,
})
export abstract class WorkspaceEntity<Defaulted extends string = never> {
  declare [OptionalProps]?: 'version' | 'createdAt' | 'updatedAt' | Defaulted;
  @Property({ type: 'uuid' }) workspaceId!: string;
  @Property({ type: 'integer' }) version = 1;
  @Property({ type: 'datetime', length: 3 }) createdAt: Date = new Date();
  @Property({ type: 'datetime', length: 3 }) updatedAt: Date = new Date();
}

export interface DatabaseOptions {
  url: string;
  entities: EntityClass<object>[];
  log: Log;
  /** Size of the connection pool; default 20. */
  connections?: number;
}

/** Connects MikroORM to the database of a service. */
export function openDatabase({
  url,
  entities,
  log,
  connections = 20,
}: DatabaseOptions): Promise<MikroORM> {
  return MikroORM.init({
    ...baseConfig(url, log),
    entities,
    pool: { min: 0, max: connections },
    // A service can consist of plain tables only.
    discovery: { warnWhenNoEntities: false },
    validateRequired: true,
    filters: {},
  });
}

const baseConfig = (clientUrl: string, log: Log) =>
  defineConfig({
    clientUrl,
    allowGlobalContext: false,
    timezone: 'UTC',
    ensureDatabase: false,
    logger: (line) => log.debug(line),
    driverOptions: { application_name: 'deskgraph', keepAlive: true, Client: PipelinedClient },
  });

export type MigrationClass = new (...args: never[]) => object;

/**
 * Applies the pending migrations in one transaction, as the owner of the database. Processes that
 * start at the same time wait for each other. The previous version of the code must work with the
 * new schema, because both run during an update. A database of a version with other migrations is
 * refused and left as it is.
 */
export async function migrate(
  ownerUrl: string,
  migrations: Record<string, MigrationClass>,
  log: Log,
): Promise<void> {
  const orm = await MikroORM.init({
    ...baseConfig(ownerUrl, log),
    entities: [],
    discovery: { warnWhenNoEntities: false },
    extensions: [Migrator],
    pool: { min: 0, max: 2 },
    migrations: {
      migrationsList: Object.entries(migrations).map(([name, migration]) => ({
        name,
        class: migration as never,
      })),
      tableName: 'migrations',
      snapshot: false,
      transactional: true,
      allOrNothing: true,
    },
  });
  try {
    await orm.em.fork().transactional(async (em) => {
      await em.execute(`select pg_advisory_xact_lock(hashtext('deskgraph migrations'))`);
      refuseUnknownMigrations(await orm.migrator.getExecuted(), migrations);
      await orm.migrator.up();
    });
  } finally {
    await orm.close(true);
  }
}

/** A database that another version has migrated. Its message is for operators. */
export class UnsupportedDatabase extends Error {
  override name = 'UnsupportedDatabase';
}

/** Throws, before anything is changed, for a database that another version has migrated. */
function refuseUnknownMigrations(
  executed: readonly { name: string }[],
  migrations: Record<string, MigrationClass>,
): void {
  const unknown = executed.find(({ name }) => !(name in migrations));
  if (unknown)
    throw new UnsupportedDatabase(
      `The database has the migration "${unknown.name}", which this version does not know: ` +
        'it was created by a version before the first release, or by a newer one. ' +
        'Nothing was changed. Move the data directory away, or use an empty database.',
    );
}

/**
 * The statements that restrict a table with `workspace_id` to the rows of the workspace in
 * `desk.workspace`.
 */
export const rowSecurity = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy workspace on ${table}
    using (workspace_id = (select nullif(current_setting('desk.workspace', true), '')::uuid))
    with check (workspace_id = (select nullif(current_setting('desk.workspace', true), '')::uuid));`;

type Row = Record<string, unknown>;
type Hydrator = (row: Row) => object;
const hydrators = new WeakMap<object, Hydrator>();

/**
 * Makes plain entities of rows (`select t.*`) without the unit of work, ten times faster than it.
 * Use it through `entities` and `entityPage`; directly only where the rows have further columns.
 * `updateEntities` stores changes.
 */
export function hydrate<T extends object>(
  orm: Pick<MikroORM, 'getMetadata'>,
  Entity: EntityClass<T>,
  rows: readonly unknown[],
): T[] {
  let hydrator = hydrators.get(Entity);
  if (!hydrator) {
    hydrator = createHydrator(orm.getMetadata(Entity as never) as EntityMetadata);
    hydrators.set(Entity, hydrator);
  }
  return rows.map((row) => hydrator(row as Row) as T);
}

function createHydrator(meta: EntityMetadata): Hydrator {
  const columns = Object.values(meta.properties)
    .filter((property) => property.fieldNames?.length === 1 && property.persist !== false)
    .map((property) => {
      const { customType } = property;
      const prefix = customType instanceof IdType ? customType.prefix : undefined;
      const isTime = property.runtimeType === 'Date' || property.type === 'datetime';
      return { name: property.name, column: property.fieldNames[0]!, prefix, isTime };
    });
  // Plain properties shadow MikroORM's setters on the prototype, which would create two closures
  // per value.
  const plainProperties = Object.fromEntries(
    columns.map(({ name }) => [name, { value: undefined, writable: true, configurable: true }]),
  );
  const prototype = Object.create(
    (meta.class as { prototype: object }).prototype,
    plainProperties,
  ) as object;
  return (row) => {
    const entity = Object.create(prototype) as Row;
    for (const { name, column, prefix, isTime } of columns) {
      const value = row[column];
      if (value === null || value === undefined) entity[name] = value;
      else if (prefix) entity[name] = toId(prefix, value as string);
      else if (isTime && typeof value === 'string') entity[name] = new Date(value);
      else entity[name] = value;
    }
    return entity;
  };
}

/** The UUIDs of typed ids as an array parameter, for `= any(…)`. */
export const uuidArray = (prefix: string, ids: readonly string[]): RawBuilder<string[]> =>
  sql`${ids.map((id) => uuidOf(prefix, id))}::uuid[]`;
