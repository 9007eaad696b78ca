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
/** The relay is faster than this unless something is wrong with it. */
const SETTLE_MS = 250;
/** A page that is not full is followed by a pause, so that a busy log is taken in by pages and not fact by fact. */
const GATHER_MS = 40;

/**
 * The door through which other services read this one's log: `GET /feed?after=<position>&wait=<ms>`; waits while there is nothing new. Who
 * does not wait wants all that is recorded by now, also what the relay is about to log.
 */
export function feedHandler(orm: MikroORM, relay: Relay): Handler {
  const read = async (after: number): Promise<Fact[]> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    return em.transactional((inside) => factsAfter(inside as EntityManager, after, PAGE), { readOnly: true });
  };
  /** Is something recorded that has no position yet? */
  const isPending = async (): Promise<boolean> => {
    const em = orm.em.fork() as EntityManager;
    em.setSessionContext({ variables: { 'desk.workspace': '*' } });
    const ask = (inside: EntityManager) => inside.execute<{ pending: boolean }[]>('select exists (select from outbox) as pending');
    return (await em.transactional((inside) => ask(inside as EntityManager), { readOnly: true }))[0]!.pending;
  };
  /** What has no position yet is waited for: asked for before the log is read, nothing slips by in between. */
  const readSettled = async (after: number): Promise<Fact[]> => {
    const patience = Date.now() + SETTLE_MS;
    for (;;) {
      const grown = relay.grown(Math.max(0, patience - Date.now()));
      const pending = await isPending();
      const facts = await read(after);
      if (facts.length || !pending || Date.now() >= patience) return facts;
      await grown;
    }
  };
  return async (request, response) => {
    const query = new URL(request.url!, 'http://feed').searchParams;
    const after = Number(query.get('after') ?? 0);
    const wait = Math.min(Number(query.get('wait') ?? 0), WAIT_MS);
    if (!Number.isSafeInteger(after) || after < 0 || !(wait >= 0))
      return answer(response, 400, { error: 'after and wait are whole numbers.' });
    const until = Date.now() + wait;
    let facts = wait ? await read(after) : await readSettled(after);
    while (!facts.length && Date.now() < until && !response.destroyed && relay.waits) {
      await relay.grown(until - Date.now());
      facts = await read(after);
    }
    if (facts.length && facts[0]!.position !== after + 1)
      return answer(response, 410, { error: 'What followed this position is not kept.' });
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
  /** Takes in everything that the source has recorded by now; rejects when the source does not answer. */
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

  const lockPosition = async (em: EntityManager): Promise<number> => {
    for (;;) {
      const [row] = await em.execute<{ position: string }[]>('select position from feed_position where source = ? for update', [source]);
      if (row) return Number(row.position);
      await em.execute('insert into feed_position (source, position) values (?, 0) on conflict (source) do nothing', [source]);
    }
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
        const reached = await lockPosition(em);
        if (reached < after) return;
        const fresh = facts.filter((fact) => fact.position > reached);
        for (const [workspace, own] of Map.groupBy(fresh, (fact) => fact.workspace))
          await context.within(workspace, () => applyAll(context, own));
        if (fresh.length) await em.execute('update feed_position set position = ? where source = ?', [fresh.at(-1)!.position, source]);
      });
    });

  const round = async (wait: number): Promise<number> => {
    const after = await position();
    const facts = await page(after, wait);
    if (facts.length) await take(after, facts);
    return facts.length;
  };

  const rest = (ms: number): Promise<void> => sleep(ms, undefined, { signal: stopping.signal }).catch(() => {});

  const work = async (): Promise<void> => {
    let failures = 0;
    while (!stopping.signal.aborted) {
      try {
        const taken = await round(WAIT_MS);
        failures = 0;
        if (taken > 0 && taken < PAGE) await rest(GATHER_MS);
      } catch (error) {
        if (stopping.signal.aborted) return;
        if (failures++ % 20 === 0) log.warn({ err: error, source }, 'feed waits for its source');
        await rest(RETRY_MS);
      }
    }
  };
  const running = work();

  let current: Promise<unknown> = Promise.resolve();
  let next: Promise<void> | undefined;
  const readOn = async (): Promise<void> => {
    next = undefined;
    while (await round(0));
  };
  /** A run that has begun may have read past the place of the newest fact: who comes late shares the next one. */
  const catchUp = (): Promise<void> => {
    next ??= current.then(readOn);
    current = next.catch(() => {});
    return next;
  };
  return {
    catchUp,
    stop: async () => {
      stopping.abort();
      await running;
      await queue;
    },
  };
}
