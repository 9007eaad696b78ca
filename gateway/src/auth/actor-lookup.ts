import DataLoader from 'dataloader';
import type { Actor } from '@deskgraph/common/auth/access';
import { fault } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import { INTERNAL_LIFETIME, signActor, systemActor } from '@deskgraph/common/auth/token';
import { PEOPLE_LIMIT, type Person } from '@deskgraph/common/auth/identity-lookup';
import { createBreaker } from '../subgraphs/breaker.ts';
import { type Upstream, createUpstream } from '../subgraphs/upstream.ts';

/** The actor behind a person, null when no room knows it; throws UNAVAILABLE while nobody can say. */
export type Who = (person: Person) => Promise<Actor | null>;

export interface WhoDoors {
  ask: Who;
  close(): Promise<void>;
}

type Actors = (Actor | null)[];

interface Door {
  ask(body: string, headers: string[]): Promise<Actors>;
  close(): Promise<void>;
}

const DEADLINE_MS = 1_000;

function createDoor(url: string): Door {
  const upstream: Upstream = createUpstream(url);
  const breaker = createBreaker();
  return {
    async ask(body, headers) {
      if (!breaker.allows()) throw new Error('not asked: it did not answer lately');
      try {
        const { status, text } = await upstream.post(
          headers,
          body,
          AbortSignal.timeout(DEADLINE_MS),
        );
        if (status !== 200) throw new Error(`answered with status ${status}`);
        const { actors } = JSON.parse(text) as { actors: Actors };
        breaker.succeeded();
        return actors;
      } catch (error) {
        breaker.failed();
        throw error;
      }
    },
    close: () => upstream.close(),
  };
}

/**
 * Asks the rooms that own people, all at once; the first in order that knows the person has the word. Who is asked for at the same moment is
 * asked for together.
 */
export function createWho(urls: readonly string[], secret: string, log: Log): WhoDoors {
  const doors = urls.map((url) => ({ url, door: createDoor(url) }));
  let ours: { token: Promise<string>; until: number } | undefined;
  const ourToken = (): Promise<string> => {
    if (!ours || ours.until < Date.now())
      ours = {
        token: signActor(systemActor(), secret),
        until: Date.now() + (INTERNAL_LIFETIME - 15) * 1000,
      };
    return ours.token;
  };
  const askAll = async (people: readonly Person[]): Promise<(() => Promise<Actor | null>)[]> => {
    const headers = [
      'content-type',
      'application/json',
      'authorization',
      `Bearer ${await ourToken()}`,
    ];
    const body = JSON.stringify({ people });
    const answers = doors.map(({ url, door }) =>
      door.ask(body, headers).catch((error: unknown) => {
        log.warn({ err: error, url }, 'cannot ask who callers are');
        return undefined;
      }),
    );
    return people.map((_, at) => () => firstKnown(answers, at));
  };
  /** Each person has an answer as soon as a room knows it, whatever the others are up to. */
  const loader = new DataLoader(askAll, {
    cache: false,
    maxBatchSize: PEOPLE_LIMIT,
    batchScheduleFn: (ask) => void setImmediate(ask),
  });
  return {
    ask: async (person) => (await loader.load(person))(),
    close: async () => void (await Promise.all(doors.map(({ door }) => door.close()))),
  };
}

async function firstKnown(
  answers: readonly Promise<Actors | undefined>[],
  at: number,
): Promise<Actor | null> {
  let silent = false;
  for (const answer of answers) {
    const actors = await answer;
    if (actors?.[at]) return actors[at];
    silent ||= actors === undefined;
  }
  if (silent) throw fault('UNAVAILABLE');
  return null;
}
