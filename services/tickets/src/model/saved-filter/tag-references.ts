import type { Context } from '@deskgraph/common/database/context';
import { type EntityEvents, type Versioned, updatedEvent } from '@deskgraph/common/database/crud';
import { sql } from '@deskgraph/common/database/database';
import { managedEntities } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { normalizeTag } from '@deskgraph/common/filter/filter-tree';
import type { EntityClass, EntityMetadata } from '@mikro-orm/postgresql';

interface TagReferences<T extends Versioned> {
  Entity: EntityClass<T>;
  /** The JSON column with the filter, the form fields or the actions that name tags. */
  column: keyof T & string;
  events: EntityEvents<T>;
}

type TagRename = (ctx: Context, from: string, to: string) => Promise<NewEvent[]>;

const renames: TagRename[] = [];

/**
 * Registers entities that name tags in a JSON column, so that they follow a renamed tag. Called
 * where the service is composed: tags do not know the kinds of entities that use them.
 */
export function registerTagReferences<T extends Versioned>(references: TagReferences<T>): void {
  renames.push((ctx, from, to) => renameIn(ctx, references, from, to));
}

/**
 * Replaces a tag name in all registered entities of the workspace. Returns the events to append,
 * one per changed entity.
 */
export async function renameTagReferences(
  ctx: Context,
  from: string,
  to: string,
): Promise<NewEvent[]> {
  const events: NewEvent[] = [];
  for (const rename of renames) events.push(...(await rename(ctx, from, to)));
  return events;
}

async function renameIn<T extends Versioned>(
  ctx: Context,
  { Entity, column, events }: TagReferences<T>,
  from: string,
  to: string,
): Promise<NewEvent[]> {
  const { tableName } = ctx.orm.getMetadata(Entity as never) as EntityMetadata;
  const referrers = await managedEntities(
    ctx,
    Entity,
    sql`
      select * from ${sql.table(tableName)} where workspace_id = ${ctx.workspace}::uuid
        and jsonb_path_exists(${sql.ref(column)},
          '$.** ? (exists(@.tag) || exists(@.addTags) || exists(@.removeTags))')
      order by id for update`,
  );
  return referrers.flatMap((entity) => {
    const before = events.stateOf(entity);
    entity[column] = withRenamedTag(entity[column], from, to) as T[typeof column];
    return updatedEvent(events, entity, before) ?? [];
  });
}

/**
 * A copy of the JSON with the tag renamed in `tag` conditions of filters and in `addTags` and
 * `removeTags` of actions.
 */
function withRenamedTag(json: unknown, from: string, to: string): unknown {
  const inList = (names: unknown): unknown =>
    Array.isArray(names)
      ? [...new Set(names.map((name: string) => (normalizeTag(name) === from ? to : name)))]
      : names;
  if (Array.isArray(json)) return json.map((item) => withRenamedTag(item, from, to));
  if (json === null || typeof json !== 'object') return json;
  return Object.fromEntries(
    Object.entries(json).map(([key, value]: [string, unknown]) => {
      if (key === 'addTags' || key === 'removeTags') return [key, inList(value)];
      if (key === 'tag' && value)
        return [
          key,
          Object.fromEntries(
            Object.entries(value).map(([operator, names]) => [operator, inList(names)]),
          ),
        ];
      return [key, withRenamedTag(value, from, to)];
    }),
  );
}
