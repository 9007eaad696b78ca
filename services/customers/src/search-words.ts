import { type EntityManager, sql, uuidArray } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { Refusal } from '@deskgraph/common/core/errors';
import { tokenize } from '@deskgraph/common/text/tokenizer';

const MAX_STORED_WORDS = 400;
const MAX_SEARCH_LENGTH = 200;
const MAX_SEARCH_WORDS = 10;

/** The entities that are found by words, with their id prefix and their alias in queries. */
const ENTITIES = {
  customer: { prefix: 'cus', alias: 'c' },
  organization: { prefix: 'org', alias: 'o' },
} as const;
type EntityName = keyof typeof ENTITIES;

const wordTable = (entity: EntityName) => sql.table(`${entity}_word`);
const ownerColumn = (entity: EntityName) => sql.ref(`${entity}_id`);

/** Replaces the search words of one entity. */
export async function replaceSearchWords(
  em: EntityManager,
  entity: EntityName,
  workspace: string,
  id: string,
  texts: readonly string[],
): Promise<void> {
  const words = distinctWords(texts);
  const mine = sql`${uuidOf(ENTITIES[entity].prefix, id)}::uuid`;
  await sql`
    with gone as (delete from ${wordTable(entity)} where ${ownerColumn(entity)} = ${mine} and word <> all(${words}::text[]))
    insert into ${wordTable(entity)} (workspace_id, word, ${ownerColumn(entity)})
    select ${workspace}::uuid, word, ${mine} from unnest(${words}::text[]) as new(word) on conflict do nothing`.execute(
    em.getKysely(),
  );
}

/** Inserts the search words of new entities. */
export async function insertSearchWords(
  em: EntityManager,
  entity: EntityName,
  workspace: string,
  entities: readonly { id: string; texts: readonly string[] }[],
): Promise<void> {
  const words = entities.flatMap(({ id, texts }) =>
    distinctWords(texts).map((word) => ({ id, word })),
  );
  const ids = uuidArray(
    ENTITIES[entity].prefix,
    words.map(({ id }) => id),
  );
  await sql`
    insert into ${wordTable(entity)} (workspace_id, word, ${ownerColumn(entity)})
    select ${workspace}::uuid, word, id from unnest(${words.map(({ word }) => word)}::text[], ${ids}) as new(word, id)`.execute(
    em.getKysely(),
  );
}

const distinctWords = (texts: readonly string[]): string[] =>
  [...new Set(tokenize(texts.join(' ')))].slice(0, MAX_STORED_WORDS);

/**
 * Matches entities for which every word of the text is a prefix of one of their words. A text
 * without words matches nothing. `path` is the input field that a refusal names.
 */
export function searchWordsSql(entity: EntityName, text: string, path: string[]): Condition {
  if (text.length > MAX_SEARCH_LENGTH) throw new Refusal([{ code: 'TOO_LONG', field: path }]);
  const words = [...new Set(tokenize(text))].slice(0, MAX_SEARCH_WORDS);
  if (!words.length) return sql`false` as Condition;
  const id = sql.ref(`${ENTITIES[entity].alias}.id`);
  return sql`(${sql.join(
    words.map(
      (word) =>
        sql`${id} in (select ${ownerColumn(entity)} from ${wordTable(entity)} where word ^@ ${word})`,
    ),
    sql` and `,
  )})` as Condition;
}
