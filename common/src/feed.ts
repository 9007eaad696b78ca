import { setTimeout as sleep } from 'node:timers/promises';
import type { EntityManager, MikroORM } from './database.ts';
import type { Fact } from './events.ts';
import { factsAfter } from './events.ts';
import type { Log } from './log.ts';
import type { Relay } from './relay.ts';
import { type Handler, answer } from './serve.ts';
import { signActor, systemActor } from './token.ts';
import { Context } from './transaction.ts';

const PAGE = 500;
const WAIT_MS = 10_000;
const RETRY_MS = 500;

/** The door through which other services read this one's log: `GET /feed?after=<position>&wait=<ms>`; waits while there is nothing new. */
export function feedHandler(orm: MikroORM, relay: Relay): Handler {
  const read = async (after: number): Promise<Fact[]> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    return em.transactional((inside) => factsAfter(inside as EntityManager, after, PAGE), { readOnly: true });
  };
  return async (request, response) => {
    const query = new URL(request.url!, 'http://feed').searchParams;
    const after = Number(query.get('after') ?? 0);
    const wait = Math.min(Number(query.get('wait') ?? 0), WAIT_MS);
    if (!Number.isSafeInteger(after) || after < 0 || !(wait >= 0))
      return answer(response, 400, { error: 'after and wait are whole numbers.' });
    const until = Date.now() + wait;
    let facts = await read(after);
    while (!facts.length && Date.now() < until && !response.destroyed) {
      await relay.grown(until - Date.now());
      facts = await read(after);
    }
    answer(response, 200, { facts });
  };
}

export interface FollowOptions {
  orm: MikroORM;
  /** Name of the service that is followed, and its address: `http://127.0.0.1:4101`. */
  source: string;
  url: string;
  secret: string;
  log: Log;
  /** What a fact does here; runs in the fact's workspace, in the transaction that keeps the position. */
  apply?: (context: Context, fact: Fact) => Promise<void>;
  /** Instead of `apply`, where effects can be computed together: the facts of one workspace in their order, a page at a time. */
  applyAll?: (context: Context, facts: Fact[]) => Promise<void>;
}

export interface Follower {
  /** Takes in everything that the source has logged by now; rejects when the source does not answer. */
  catchUp(): Promise<void>;
  stop(): Promise<void>;
}

const oneByOne =
  (apply: NonNullable<FollowOptions['apply']>): NonNullable<FollowOptions['applyAll']> =>
  async (context, facts) => {
    for (const fact of facts) await apply(context, fact);
  };

/**
 * Follows another service's log. The position is kept in the same transaction as what the facts did, so that each has its effect exactly
 * once, and a projection can be dropped and rebuilt from zero.
 */
export function follow({ orm, source, url, secret, log, apply, applyAll = oneByOne(apply!) }: FollowOptions): Follower {
  const stopping = new AbortController();
  let queue: Promise<unknown> = Promise.resolve();
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = queue.then(work);
    queue = turn.catch(() => {});
    return turn;
  };

  const position = async (): Promise<number> => {
    const [row] = await orm.em.fork().execute<{ position: string }[]>('select position from feed_position where source = ?', [source]);
    return Number(row?.position ?? 0);
  };

  const page = async (after: number, wait: number): Promise<Fact[]> => {
    const response = await fetch(`${url}/feed?after=${after}&wait=${wait}`, {
      headers: { authorization: `Bearer ${await signActor(systemActor(), secret)}` },
      signal: AbortSignal.any([stopping.signal, AbortSignal.timeout(wait + 2000)]),
    });
    if (!response.ok) throw new Error(`${source} answers ${response.status}`);
    return ((await response.json()) as { facts: Fact[] }).facts;
  };

  /**
   * Applies the facts that are still new here: another process may have been faster. A page whose begin lies beyond the position (somebody
   * set it back, to rebuild) doesn't connect and is left.
   */
  const take = (after: number, facts: Fact[]): Promise<void> =>
    inTurn(async () => {
      const context = new Context({ orm, actor: systemActor('*'), log, requestId: `feed ${source}`, locales: [] });
      await context.write(async (em) => {
        await em.execute('insert into feed_position (source, position) values (?, 0) on conflict (source) do nothing', [source]);
        const [row] = await em.execute<{ position: string }[]>('select position from feed_position where source = ? for update', [source]);
        if (Number(row!.position) < after) return;
        const fresh = facts.filter((fact) => fact.position > Number(row!.position));
        for (const [workspace, own] of Map.groupBy(fresh, (fact) => fact.workspace))
          await context.within(workspace, () => applyAll(context, own));
        if (fresh.length) await em.execute('update feed_position set position = ? where source = ?', [fresh.at(-1)!.position, source]);
      });
    });

  const round = async (wait: number): Promise<boolean> => {
    const after = await position();
    const facts = await page(after, wait);
    if (facts.length) await take(after, facts);
    return facts.length > 0;
  };

  const work = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        await round(WAIT_MS);
        failures = 0;
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (failures++ % 20 === 0) log.warn({ err: error, source }, 'feed waits for its source');
        await sleep(RETRY_MS, undefined, { signal: stopping.signal }).catch(() => {});
      }
    }
  };
  const running = work();

  let catching: Promise<void> | undefined;
  const catchUp = async (): Promise<void> => {
    while (await round(0));
  };
  return {
    catchUp: () => (catching ??= catchUp().finally(() => (catching = undefined))),
    stop: async () => {
      stopping.abort();
      await running;
      await queue;
    },
  };
}
