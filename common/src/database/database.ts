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

/** Column of a typed id: a UUID in the database, `tkt_…` in code and graph. A malformed id becomes one that no row has. */
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

/** Column of texts, each as it is: the ORM's own type takes `null` for no text, and changes control characters and outer space. */
export class TextArrayType extends ArrayType<string> {
  override convertToDatabaseValue(texts: string[] | null): string | null {
    return texts && `{${texts.map((text) => `"${text.replaceAll(/["\\]/g, '\\$&')}"`).join(',')}}`;
  }
}

/**
 * What every stored thing of a workspace has. The filter keeps workspaces apart; PostgreSQL's row security does so once more.
 * `Defaulted` names the fields that a new thing may leave out.
 */
@Entity({ abstract: true })
@Filter({
  name: 'workspace',
  cond: (given) => ({ workspaceId: given['workspaceId'] as string }),
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
  /** Connections at most; default 20. */
  connections?: number;
}

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
    // A projection may be plain tables.
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

/** Applies what is pending, as the owner of the database; processes that start at once wait for each other. Old code must run on the new schema. */
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
      await orm.migrator.up();
    });
  } finally {
    await orm.close(true);
  }
}

/** The statements that let a session see and write rows of its own workspace only, of a table with `workspace_id`. */
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
 * Turns plain rows (`select t.*`) into things of their class without the unit of work: for reading lists, at a tenth of the cost.
 * What comes back is written, if ever, by `store`.
 */
export function hydrate<T extends object>(
  orm: Pick<MikroORM, 'getMetadata'>,
  Thing: EntityClass<T>,
  rows: readonly unknown[],
): T[] {
  let make = hydrators.get(Thing);
  if (!make)
    hydrators.set(Thing, (make = hydrator(orm.getMetadata(Thing as never) as EntityMetadata)));
  return rows.map((row) => make(row as Row) as T);
}

function hydrator(meta: EntityMetadata): Hydrator {
  const columns = Object.values(meta.properties)
    .filter((property) => property.fieldNames?.length === 1 && property.persist !== false)
    .map((property) => {
      const { customType } = property;
      const prefix = customType instanceof IdType ? customType.prefix : undefined;
      const isTime = property.runtimeType === 'Date' || property.type === 'datetime';
      return { name: property.name, column: property.fieldNames[0]!, prefix, isTime };
    });
  // Plain fields stand before the ORM's setters on the prototype, which make a pair of functions for every value.
  const plain = Object.fromEntries(
    columns.map(({ name }) => [name, { value: undefined, writable: true, configurable: true }]),
  );
  const prototype = Object.create((meta.class as { prototype: object }).prototype, plain) as object;
  return (row) => {
    const thing = Object.create(prototype) as Row;
    for (const { name, column, prefix, isTime } of columns) {
      const value = row[column];
      if (value === null || value === undefined) thing[name] = value;
      else if (prefix) thing[name] = toId(prefix, value as string);
      else if (isTime && typeof value === 'string') thing[name] = new Date(value);
      else thing[name] = value;
    }
    return thing;
  };
}

/** UUIDs of typed ids as an array parameter, for `= any(…)`. */
export const uuidArray = (prefix: string, ids: readonly string[]): RawBuilder<string[]> =>
  sql`${ids.map((id) => uuidOf(prefix, id))}::uuid[]`;
