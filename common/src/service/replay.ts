import { readConfig } from '../core/config.ts';
import { type MikroORM, openDatabase } from '../database/database.ts';
import { errorText } from '../events/dead-letters.ts';
import type { DomainEvent } from '../events/types.ts';
import { isEnvironmentError } from '../core/database-errors.ts';
import { createLog } from '../core/log.ts';
import { type SubgraphOptions, serviceConfig } from './subgraph.ts';
import {
  type ProjectorOptions,
  applyEventsOf,
  projectorContext,
  lockFeedPosition,
} from '../events/event-projector.ts';

export interface ReplayResult {
  applied: number;
  failed: number;
}

/**
 * Applies what was set aside once more, oldest first, each fact in a transaction of its own; those that work are gone from the table. Of
 * things whose oldest fact still fails, the later ones wait on. Followers may run meanwhile.
 */
export async function replayDeadLetters(taking: ProjectorOptions): Promise<ReplayResult> {
  const { source, log } = taking;
  const stuck = new Set<string>();
  const done: ReplayResult = { applied: 0, failed: 0 };
  for (let last = 0; ;) {
    const context = projectorContext(taking);
    let fact: DomainEvent | undefined;
    try {
      await context.write(async (em) => {
        await lockFeedPosition(em, source);
        const rows = await em.execute<{ fact: DomainEvent }[]>(
          'select fact from feed_dead where source = ? and position > ? order by position limit 1',
          [source, last],
        );
        fact = rows[0]?.fact;
        if (!fact || stuck.has(fact.subject)) return;
        await context.withWorkspace(fact.workspace, () => applyEventsOf(taking)(context, [fact!]));
        await context.withWorkspace('*', async () => {
          await em.execute('delete from feed_dead where source = ? and position = ?', [
            source,
            fact!.position,
          ]);
        });
      });
      if (!fact) return done;
      done[stuck.has(fact.subject) ? 'failed' : 'applied'] += 1;
    } catch (error) {
      if (!fact || isEnvironmentError(error)) throw error;
      log.warn(
        { err: error, source, position: fact.position, fact: fact.id },
        'a fact still can’t be applied',
      );
      stuck.add(fact.subject);
      done.failed += 1;
      await failedAgain(taking, fact, error);
    }
    last = fact.position;
  }
}

const failedAgain = (
  taking: ProjectorOptions,
  { position }: DomainEvent,
  error: unknown,
): Promise<unknown> =>
  projectorContext(taking).write((em) =>
    em.execute(
      'update feed_dead set tries = tries + 1, error = ?, at = now() where source = ? and position = ?',
      [errorText(error), taking.source, position],
    ),
  );

/** The command of a service that follows others: replays all that it has set aside. Resolves with whether nothing is left. */
export async function replayCommand(
  { name, entities }: Pick<SubgraphOptions, 'name' | 'entities'>,
  takingOf: (orm: MikroORM) => Omit<ProjectorOptions, 'orm' | 'log'>,
): Promise<boolean> {
  const { DATABASE_URL: url, LOG_LEVEL } = readConfig(
    serviceConfig.pick({ DATABASE_URL: true, LOG_LEVEL: true }),
  );
  const log = createLog(`${name} replay`, LOG_LEVEL);
  const orm = await openDatabase({ url, entities, log, connections: 2 });
  try {
    const done = await replayDeadLetters({ orm, log, ...takingOf(orm) });
    log.info(done, 'what was set aside is replayed');
    return done.failed === 0;
  } finally {
    await orm.close(true);
  }
}
