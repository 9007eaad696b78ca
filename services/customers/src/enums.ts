import { type EntityManager, sql, uuids } from '@deskgraph/common/database/database';
import type { Condition } from '@deskgraph/common/filter/sql-filter';
import { uuidOf } from '@deskgraph/common/core/id';
import { Refusal } from '@deskgraph/common/core/errors';
import { words } from '@deskgraph/common/text/tokenizer';

const STORED_LIMIT = 400;
const TEXT_LIMIT = 200;
const ASKED_LIMIT = 10;

/** What has words, with its id's prefix and its name in a statement. */
const THINGS = {
  customer: { prefix: 'cus', alias: 'c' },
  organization: { prefix: 'org', alias: 'o' },
} as const;
type Thing = keyof typeof THINGS;

const table = (thing: Thing) => sql.table(`${thing}_word`);
const column = (thing: Thing) => sql.ref(`${thing}_id`);

/** Keeps the words by which the thing is found. */
export async function keepWords(
  em: EntityManager,
  thing: Thing,
  workspace: string,
  id: string,
  texts: readonly string[],
): Promise<void> {
  const kept = wordsOf(texts);
  const mine = sql`${uuidOf(THINGS[thing].prefix, id)}::uuid`;
  await sql`
    with gone as (delete from ${table(thing)} where ${column(thing)} = ${mine} and word <> all(${kept}::text[]))
    insert into ${table(thing)} (workspace_id, word, ${column(thing)})
    select ${workspace}::uuid, word, ${mine} from unnest(${kept}::text[]) as kept(word) on conflict do nothing`.execute(
    em.getKysely(),
  );
}

/** The words of many things that are new. */
export async function addWords(
  em: EntityManager,
  thing: Thing,
  workspace: string,
  things: readonly { id: string; texts: readonly string[] }[],
): Promise<void> {
  const kept = things.flatMap(({ id, texts }) => wordsOf(texts).map((word) => ({ id, word })));
  const ids = uuids(
    THINGS[thing].prefix,
    kept.map(({ id }) => id),
  );
  await sql`
    insert into ${table(thing)} (workspace_id, word, ${column(thing)})
    select ${workspace}::uuid, word, id from unnest(${kept.map(({ word }) => word)}::text[], ${ids}) as kept(word, id)`.execute(
    em.getKysely(),
  );
}

const wordsOf = (texts: readonly string[]): string[] =>
  [...new Set(words(texts.join(' ')))].slice(0, STORED_LIMIT);

/** Every word of the text begins one of the thing's words; nothing is found by a text without words. `path` names it in a refusal. */
export function hasWords(thing: Thing, text: string, path: string[]): Condition {
  if (text.length > TEXT_LIMIT) throw new Refusal([{ code: 'TOO_LONG', field: path }]);
  const asked = [...new Set(words(text))].slice(0, ASKED_LIMIT);
  if (!asked.length) return sql`false` as Condition;
  const id = sql.ref(`${THINGS[thing].alias}.id`);
  return sql`(${sql.join(
    asked.map(
      (word) => sql`${id} in (select ${column(thing)} from ${table(thing)} where word ^@ ${word})`,
    ),
    sql` and `,
  )})` as Condition;
}
