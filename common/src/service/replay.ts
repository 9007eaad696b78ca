import { readConfig } from '../core/config.ts';
import { isEnvironmentError } from '../core/database-errors.ts';
import { createLog } from '../core/log.ts';
import { ALL_WORKSPACES } from '../database/context.ts';
import { type MikroORM, openDatabase } from '../database/database.ts';
import { errorText } from '../events/dead-letters.ts';
import {
  type ProjectorOptions,
  applyEventsOf,
  lockFeedPosition,
  projectorContext,
} from '../events/event-projector.ts';
import type { DomainEvent } from '../events/types.ts';
import { type SubgraphOptions, serviceConfig } from './subgraph.ts';

export interface ReplayResult {
  applied: number;
  failed: number;
}

/**
 * Applies the dead letters of a source again, the oldest first, each event in its own transaction,
 * and deletes those that succeed. While the oldest event of a subject fails, the later ones of the
 * same subject stay. The service may consume events meanwhile.
 */
export async function replayDeadLetters(projector: ProjectorOptions): Promise<ReplayResult> {
  const { source, log } = projector;
  const failedSubjects = new Set<string>();
  const result: ReplayResult = { applied: 0, failed: 0 };
  for (let lastPosition = 0; ;) {
    let event: DomainEvent | undefined;
    try {
      const isReplayed = await replayNext(projector, lastPosition, (next) => {
        event = next;
        return !failedSubjects.has(next.subject);
      });
      if (!event) return result;
      result[isReplayed ? 'applied' : 'failed'] += 1;
    } catch (error) {
      if (!event || isEnvironmentError(error)) throw error;
      log.warn(
        { err: error, source, position: event.position, event: event.id },
        'replay of a dead letter failed',
      );
      failedSubjects.add(event.subject);
      result.failed += 1;
      await recordFailure(projector, event, error);
    }
    lastPosition = event.position;
  }
}

/**
 * Applies and deletes the first dead letter after a position, if `accept` returns true for it.
 * Returns whether it was applied.
 */
async function replayNext(
  projector: ProjectorOptions,
  after: number,
  accept: (event: DomainEvent) => boolean,
): Promise<boolean> {
  const { source } = projector;
  const ctx = projectorContext(projector);
  return ctx.write(async (em) => {
    await lockFeedPosition(em, source);
    const [row] = await em.execute<{ event: DomainEvent }[]>(
      'select event from dead_letter where source = ? and position > ? order by position limit 1',
      [source, after],
    );
    if (!row || !accept(row.event)) return false;
    const { event } = row;
    await ctx.withWorkspace(event.workspace, () => applyEventsOf(projector)(ctx, [event]));
    await ctx.withWorkspace(ALL_WORKSPACES, async () => {
      await em.execute('delete from dead_letter where source = ? and position = ?', [
        source,
        event.position,
      ]);
    });
    return true;
  });
}

const recordFailure = (
  projector: ProjectorOptions,
  { position }: DomainEvent,
  error: unknown,
): Promise<unknown> =>
  projectorContext(projector).write((em) =>
    em.execute(
      `update dead_letter set tries = tries + 1, error = ?, at = now()
       where source = ? and position = ?`,
      [errorText(error), projector.source, position],
    ),
  );

/**
 * The replay command of a service that consumes events: replays all its dead letters. Resolves with
 * whether none is left.
 */
export async function replayCommand(
  { name, entities }: Pick<SubgraphOptions, 'name' | 'entities'>,
  projectorFor: (orm: MikroORM) => Omit<ProjectorOptions, 'orm' | 'log'>,
): Promise<boolean> {
  const { DATABASE_URL: url, LOG_LEVEL } = readConfig(
    serviceConfig.pick({ DATABASE_URL: true, LOG_LEVEL: true }),
  );
  const log = createLog(`${name} replay`, LOG_LEVEL);
  const orm = await openDatabase({ url, entities, log, connections: 2 });
  try {
    const result = await replayDeadLetters({ orm, log, ...projectorFor(orm) });
    log.info(result, 'dead letters replayed');
    return result.failed === 0;
  } finally {
    await orm.close(true);
  }
}
