import {
  type EntityClass,
  type EntityMetadata,
  type FilterQuery,
  LockMode,
} from '@mikro-orm/postgresql';
import type { ConfigurationKind, ConfigurationStates } from '../contract/configuration-events.ts';
import { changedFields, bumpVersion } from '../core/changes.ts';
import { Refusal } from '../core/errors.ts';
import { appendEvents } from '../events/log.ts';
import type { NewEvent } from '../events/types.ts';
import type { Context } from './context.ts';
import { type IdType, sql } from './database.ts';
import { uuidOf } from '../core/id.ts';
import { execute } from './query.ts';

/** A stored entity of which each change makes a new version. */
export interface Versioned {
  id: string;
  version: number;
  updatedAt: Date;
  /** Entities with this column are deleted softly: the row stays, with the time of deletion. */
  deletedAt?: Date | null;
}

/**
 * The events of one kind of entity: `<prefix>.created`, `<prefix>.updated` and `<prefix>.deleted`.
 */
export interface EntityEvents<T, Kind extends ConfigurationKind = ConfigurationKind> {
  prefix: Kind;
  /** The state of the entity that each of its events carries. */
  stateOf: (entity: T) => ConfigurationStates[Kind];
}

const metadataOf = (ctx: Context, Entity: EntityClass<object>): EntityMetadata =>
  ctx.orm.getMetadata(Entity as never) as EntityMetadata;

const isSoftDeleted = (ctx: Context, Entity: EntityClass<object>): boolean =>
  'deletedAt' in metadataOf(ctx, Entity).properties;

/**
 * Loads an entity of the workspace and locks its row until the transaction ends. Refused with
 * NOT_FOUND at `field` of the input when there is no such entity or it is deleted.
 */
export async function lockForUpdate<T extends Versioned>(
  ctx: Context,
  Entity: EntityClass<T>,
  id: string,
  field = 'id',
): Promise<T> {
  const where = isSoftDeleted(ctx, Entity) ? { id, deletedAt: null } : { id };
  const entity = await ctx.em.findOne(Entity, where as FilterQuery<T>, {
    lockMode: LockMode.PESSIMISTIC_WRITE,
  });
  if (!entity) throw new Refusal('NOT_FOUND', field);
  return entity as T;
}

/**
 * Makes transactions that call this for the same kind of entity in the same workspace run one after
 * the other, so that checks over all entities (how many there are, whether a value is unique) hold
 * until the commit.
 */
export async function lockCollection(ctx: Context, Entity: EntityClass<object>): Promise<void> {
  const key = `${metadataOf(ctx, Entity).tableName} ${ctx.workspace}`;
  await execute(ctx, sql`select pg_advisory_xact_lock(hashtextextended(${key}, 0))`);
}

export interface Limit<T> {
  max: number;
  /**
   * The field of the input that the refusal names; without it the refusal is about the whole input.
   */
  field?: string;
  /** Counts only these entities. */
  where?: FilterQuery<T>;
}

/**
 * Refuses to create one more entity than a workspace may have (LIMIT_REACHED). Locks the
 * collection: concurrent transactions wait, so that they do not exceed the limit together.
 *
 * @example
 * await limitPerWorkspace(ctx, Macro, { max: MAX_MACROS_PER_WORKSPACE, field: 'name' });
 */
export async function limitPerWorkspace<T extends Versioned>(
  ctx: Context,
  Entity: EntityClass<T>,
  { max, field, where = {} as FilterQuery<T> }: Limit<T>,
): Promise<void> {
  await lockCollection(ctx, Entity);
  const existing = isSoftDeleted(ctx, Entity) ? { $and: [where, { deletedAt: null }] } : where;
  if ((await ctx.em.count(Entity, existing as FilterQuery<T>)) >= max)
    throw new Refusal('LIMIT_REACHED', field ?? null);
}

/**
 * Refuses a value that another entity of the workspace has (TAKEN, at the field of that name).
 * Deleted entities do not count.
 *
 * @example
 * await refuseDuplicate(ctx, Form, { name: input.name }, { exceptId: form.id, ignoreCase: true });
 */
export async function refuseDuplicate<T extends Versioned>(
  ctx: Context,
  Entity: EntityClass<T>,
  unique: { [Field in keyof T & string]?: string },
  { exceptId, ignoreCase = false }: { exceptId?: string; ignoreCase?: boolean } = {},
): Promise<void> {
  const { tableName, properties } = metadataOf(ctx, Entity);
  const [[field, value]] = Object.entries(unique) as [[string, string]];
  const column = sql.ref(properties[field]!.fieldNames[0]!);
  const { prefix } = properties['id']!.customType as IdType;
  const found = await execute(
    ctx,
    sql`
      select from ${sql.table(tableName)} where workspace_id = ${ctx.workspace}::uuid
        and ${ignoreCase ? sql`lower(${column}) = lower(${value})` : sql`${column} = ${value}`}
        ${exceptId === undefined ? sql`` : sql`and id <> ${uuidOf(prefix, exceptId)}::uuid`}
        ${isSoftDeleted(ctx, Entity) ? sql`and deleted_at is null` : sql``} limit 1`,
  );
  if (found.length) throw new Refusal('TAKEN', field);
}

/**
 * Refuses an update that sets a field to null which every entity has (REQUIRED); fields that are
 * left out pass.
 */
export function requireNotNull<Input extends object>(
  input: Input,
  fields: readonly (keyof Input & string)[],
): void {
  for (const field of fields) if (input[field] === null) throw new Refusal('REQUIRED', field);
}

/** Stores a new entity and appends `<prefix>.created`. */
export async function recordCreation<T extends Versioned>(
  ctx: Context,
  events: EntityEvents<T>,
  entity: T,
): Promise<void> {
  await appendEvents(ctx, [createdEvent(events, entity)]);
}

/**
 * Applies `change` to a locked entity. When its state differs afterwards, this makes a new version
 * and appends `<prefix>.updated` with `changes: { field: [before, after] }`. Returns whether
 * something changed.
 *
 * @example
 * await recordUpdate(ctx, macroEvents, macro, () => {
 *   macro.name = input.name ?? macro.name;
 * });
 */
export async function recordUpdate<T extends Versioned>(
  ctx: Context,
  events: EntityEvents<T>,
  entity: T,
  change: () => void | Promise<void>,
): Promise<boolean> {
  const before = events.stateOf(entity);
  await change();
  const event = updatedEvent(events, entity, before);
  if (event) await appendEvents(ctx, [event]);
  return event !== undefined;
}

/**
 * Deletes a locked entity, softly when it has `deletedAt`, and appends `<prefix>.deleted`. Returns
 * the id of the entity.
 */
export async function recordDeletion<T extends Versioned>(
  ctx: Context,
  events: EntityEvents<T>,
  entity: T,
): Promise<string> {
  const event = deletedEvent(ctx, events, entity);
  await appendEvents(ctx, [event]);
  return event.subject.id;
}

/**
 * The event of `recordCreation`, for mutations that append further events with the same statement.
 */
export const createdEvent = <T extends Versioned>(
  { prefix, stateOf }: EntityEvents<T>,
  entity: T,
): NewEvent =>
  ({ type: `${prefix}.created`, subject: entity, data: { state: stateOf(entity) } }) as NewEvent;

/**
 * The event of `recordUpdate`, for mutations that append further events with the same statement:
 * makes a new version when the state differs from `before`, else returns undefined.
 */
export function updatedEvent<T extends Versioned>(
  { prefix, stateOf }: EntityEvents<T>,
  entity: T,
  before: object,
): NewEvent | undefined {
  const state = stateOf(entity);
  const changes = changedFields(before, state);
  if (!changes) return undefined;
  bumpVersion(entity);
  return { type: `${prefix}.updated`, subject: entity, data: { state, changes } } as NewEvent;
}

/**
 * The event of `recordDeletion`, for mutations that append further events with the same statement.
 */
export function deletedEvent<T extends Versioned>(
  ctx: Context,
  { prefix, stateOf }: EntityEvents<T>,
  entity: T,
): NewEvent {
  const data = { state: stateOf(entity) };
  if ('deletedAt' in entity) {
    bumpVersion(entity);
    entity.deletedAt = entity.updatedAt;
    return { type: `${prefix}.deleted`, subject: entity, data } as NewEvent;
  }
  ctx.em.remove(entity);
  return {
    type: `${prefix}.deleted`,
    subject: { id: entity.id, version: entity.version + 1 },
    data,
  } as NewEvent;
}
