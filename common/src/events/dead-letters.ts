import { ALL_WORKSPACES, type Context, inWorkspace } from '../database/context.ts';
import { type EntityManager, type MikroORM, sql } from '../database/database.ts';
import type { DomainEvent } from './types.ts';

const MAX_ERROR_LENGTH = 2000;

export const errorText = (error: unknown): string =>
  (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR_LENGTH);

/**
 * Those of the events whose subject has a dead letter. They must become dead letters too: applied
 * now, they would be overwritten when the older event is replayed.
 */
export async function blockedByDeadLetter(
  em: EntityManager,
  source: string,
  events: readonly DomainEvent[],
): Promise<DomainEvent[]> {
  const subjects = [...new Set(events.map(({ subject }) => subject))];
  const { rows } = await sql<{ subject: string }>`
    select distinct subject from dead_letter
    where source = ${source} and subject = any(${subjects}::text[])`.execute(em.getKysely());
  const blocked = new Set(rows.map(({ subject }) => subject));
  return events.filter(({ subject }) => blocked.has(subject));
}

export const BLOCKED_BY_EARLIER = 'blocked by an earlier event of the same subject';

/** Stores dead letters, in the transaction that moves the position past their events. */
export async function storeDeadLetters(
  ctx: Context,
  source: string,
  events: readonly DomainEvent[],
  { error = BLOCKED_BY_EARLIER, tries = 0 }: { error?: unknown; tries?: number } = {},
): Promise<void> {
  if (!events.length) return;
  await ctx.withWorkspace(ALL_WORKSPACES, async () => {
    for (const event of events)
      await ctx.em.execute(
        `insert into dead_letter
           (source, position, event_id, workspace_id, subject, event, error, tries)
         values (?, ?, ?, ?, ?, ?, ?, ?)`,
        [
          source,
          event.position,
          event.id,
          event.workspace,
          event.subject,
          JSON.stringify(event),
          errorText(error),
          tries,
        ],
      );
  });
}

/** The number of dead letters of all sources. */
export async function countDeadLetters(orm: MikroORM): Promise<number> {
  const count = 'select count(*)::integer as count from dead_letter';
  const [row] = await inWorkspace(
    orm,
    ALL_WORKSPACES,
    (em) => em.execute<{ count: number }[]>(count),
    { readOnly: true },
  );
  return row!.count;
}
