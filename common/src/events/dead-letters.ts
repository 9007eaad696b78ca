import { type EntityManager, sql } from '../database/database.ts';
import { type DomainEvent, crossWorkspaceRowSecurity } from './log.ts';
import type { Context } from '../database/context.ts';

/** The statements that make the table of facts which could not be applied, for a migration. */
export const deadLetterTable = `
  create table feed_dead (
    source text not null, position bigint not null, event_id uuid not null, workspace_id uuid not null, subject text not null,
    fact jsonb not null, error text not null, tries integer not null, at timestamptz not null default now(), primary key (source, position)
  );
  create index feed_dead_subject on feed_dead (source, subject);
  ${crossWorkspaceRowSecurity('feed_dead')}`;

const ERROR_LIMIT = 2000;
export const errorText = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, ERROR_LIMIT);

/** Those of the facts that are about a thing of which an earlier one was set aside: they wait behind it, or replaying would turn things back. */
export async function blockedByDeadLetter(
  em: EntityManager,
  source: string,
  facts: readonly DomainEvent[],
): Promise<DomainEvent[]> {
  const subjects = [...new Set(facts.map(({ subject }) => subject))];
  const { rows } = await sql<{ subject: string }>`
    select distinct subject from feed_dead where source = ${source} and subject = any(${subjects}::text[])`.execute(
    em.getKysely(),
  );
  const held = new Set(rows.map(({ subject }) => subject));
  return facts.filter(({ subject }) => held.has(subject));
}

export const BLOCKED_BY_EARLIER = 'waits behind an earlier one';

/** Sets facts aside, within the transaction that moves the position past them. */
export async function storeDeadLetters(
  context: Context,
  source: string,
  facts: readonly DomainEvent[],
  { error = BLOCKED_BY_EARLIER, tries = 0 }: { error?: unknown; tries?: number } = {},
): Promise<void> {
  if (!facts.length) return;
  await context.within('*', async () => {
    for (const fact of facts)
      await context.em.execute(
        'insert into feed_dead (source, position, event_id, workspace_id, subject, fact, error, tries) values (?, ?, ?, ?, ?, ?, ?, ?)',
        [
          source,
          fact.position,
          fact.id,
          fact.workspace,
          fact.subject,
          JSON.stringify(fact),
          errorText(error),
          tries,
        ],
      );
  });
}

/** How many facts are set aside. */
export async function countDeadLetters(em: EntityManager): Promise<number> {
  em.setSessionContext({ variables: { 'desk.workspace': '*' } });
  const ask = (inside: EntityManager) =>
    inside.execute<{ count: number }[]>('select count(*)::integer as count from feed_dead');
  return (await em.transactional((inside) => ask(inside as EntityManager), { readOnly: true }))[0]!
    .count;
}
