import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager, MikroORM } from '../database/database.ts';
import { storeDeadLetters, blockedByDeadLetter } from './dead-letters.ts';
import type { DomainEvent } from './log.ts';
import { notOfTheData } from '../core/database-errors.ts';
import type { Log } from '../core/log.ts';
import { systemActor } from '../auth/token.ts';
import { Context } from '../database/context.ts';

const TRIES = 5;
/** After the first try; four times as long after each further one. */
const PAUSE_MS = 50;

/** What facts of a source do here. */
export interface ProjectorOptions {
  orm: MikroORM;
  source: string;
  log: Log;
  /** What a fact does; runs in the fact's workspace, in the transaction that keeps the position. */
  applyEvent?: (context: Context, fact: DomainEvent) => Promise<void>;
  /** Instead of `apply`, where effects can be computed together: the facts of one workspace in their order, a page at a time. */
  applyEvents?: (context: Context, facts: DomainEvent[]) => Promise<void>;
}

export type ApplyEvents = NonNullable<ProjectorOptions['applyEvents']>;

export const applyEventsOf = ({
  applyEvent: apply,
  applyEvents: applyAll,
}: ProjectorOptions): ApplyEvents =>
  applyAll ??
  (async (context, facts) => {
    for (const fact of facts) await apply!(context, fact);
  });

export const projectorContext = ({ orm, source, log }: ProjectorOptions): Context =>
  new Context({ orm, actor: systemActor('*'), log, requestId: `feed ${source}`, locales: [] });

/** Who holds it is the only one that takes facts of the source. */
export async function lockFeedPosition(em: EntityManager, source: string): Promise<number> {
  for (;;) {
    const [row] = await em.execute<{ position: string }[]>(
      'select position from feed_position where source = ? for update',
      [source],
    );
    if (row) return Number(row.position);
    await em.execute(
      'insert into feed_position (source, position) values (?, 0) on conflict (source) do nothing',
      [source],
    );
  }
}

/**
 * Takes pages of facts in. The position is kept in the same transaction as what the facts did. A page that fails is taken fact by fact, and
 * one that fails time and again is set aside: what it is about stays as it was, until it is replayed; everything else goes on.
 */
export function createProjector(taking: ProjectorOptions, signal: AbortSignal) {
  const { orm, source, log } = taking;
  const applyAll = applyEventsOf(taking);

  const position = async (): Promise<number> => {
    const [row] = await orm.em
      .fork()
      .execute<{ position: string }[]>('select position from feed_position where source = ?', [
        source,
      ]);
    return Number(row?.position ?? 0);
  };

  /**
   * Works on the facts that are still new here: another process may have been faster. A page whose begin lies beyond the position (somebody
   * set it back, to rebuild) doesn't connect and is left.
   */
  const advance = (
    after: number,
    facts: DomainEvent[],
    work: (context: Context, fresh: DomainEvent[]) => Promise<void>,
  ): Promise<void> => {
    const context = projectorContext(taking);
    return context.write(async (em) => {
      const reached = await lockFeedPosition(em, source);
      const fresh = facts.filter((fact) => fact.position > reached);
      if (reached < after || !fresh.length) return;
      await work(context, fresh);
      await em.execute('update feed_position set position = ? where source = ?', [
        fresh.at(-1)!.position,
        source,
      ]);
    });
  };

  const settle = async (context: Context, facts: DomainEvent[]): Promise<void> => {
    const held = await blockedByDeadLetter(context.em, source, facts);
    for (const [workspace, own] of Map.groupBy(facts, (fact) => fact.workspace)) {
      const free = own.filter((fact) => !held.includes(fact));
      if (free.length) await context.within(workspace, () => applyAll(context, free));
    }
    await storeDeadLetters(context, source, held);
  };

  const takeAlone = async (fact: DomainEvent): Promise<void> => {
    for (let tries = 1, pause = PAUSE_MS; ; tries++, pause *= 4) {
      try {
        return await advance(fact.position - 1, [fact], settle);
      } catch (error) {
        if (notOfTheData(error) || signal.aborted) throw error;
        if (tries < TRIES) await sleep(pause, undefined, { signal });
        else {
          log.error(
            { err: error, source, position: fact.position, fact: fact.id, type: fact.type },
            'a fact can’t be applied and is set aside',
          );
          return advance(fact.position - 1, [fact], (context) =>
            storeDeadLetters(context, source, [fact], { error, tries }),
          );
        }
      }
    }
  };

  const take = async (after: number, facts: DomainEvent[]): Promise<void> => {
    try {
      await advance(after, facts, settle);
    } catch (error) {
      if (notOfTheData(error)) throw error;
      for (const fact of facts) await takeAlone(fact);
    }
  };
  return { position, take };
}
