import type { Actor } from '@deskgraph/common/access';
import { fault } from '@deskgraph/common/errors';
import type { Log } from '@deskgraph/common/log';
import { INTERNAL_LIFETIME, signActor, systemActor } from '@deskgraph/common/token';
import { createBreaker } from './breaker.ts';
import { type Upstream, createUpstream } from './upstream.ts';

/** What an outside token says of a person. `workspace` is the typed id. */
export interface Person {
  workspace: string;
  email: string | undefined;
  subject: string;
}

/** The actor behind a person, null when no room knows it; throws UNAVAILABLE while nobody can say. */
export type Who = (person: Person) => Promise<Actor | null>;

export interface WhoDoors {
  ask: Who;
  close(): Promise<void>;
}

interface Door {
  ask(body: string, headers: string[]): Promise<Actor | null>;
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
        const { status, text } = await upstream.post(headers, body, AbortSignal.timeout(DEADLINE_MS));
        if (status !== 200) throw new Error(`answered with status ${status}`);
        const { actor } = JSON.parse(text) as { actor: Actor | null };
        breaker.succeeded();
        return actor;
      } catch (error) {
        breaker.failed();
        throw error;
      }
    },
    close: () => upstream.close(),
  };
}

/** Asks the rooms that own people, all at once; the first in order that knows the person has the word. */
export function createWho(urls: readonly string[], secret: string, log: Log): WhoDoors {
  const doors = urls.map((url) => ({ url, door: createDoor(url) }));
  let ours: { token: Promise<string>; until: number } | undefined;
  const ourToken = (): Promise<string> => {
    if (!ours || ours.until < Date.now())
      ours = { token: signActor(systemActor(), secret), until: Date.now() + (INTERNAL_LIFETIME - 15) * 1000 };
    return ours.token;
  };
  return {
    async ask(person) {
      const headers = ['content-type', 'application/json', 'authorization', `Bearer ${await ourToken()}`];
      const body = JSON.stringify(person);
      const answers = doors.map(({ url, door }) =>
        door.ask(body, headers).catch((error: unknown) => {
          log.warn({ err: error, url }, 'cannot ask who a caller is');
          return undefined;
        }),
      );
      let silent = false;
      for (const answer of answers) {
        const actor = await answer;
        if (actor) return actor;
        if (actor === undefined) silent = true;
      }
      if (silent) throw fault('UNAVAILABLE');
      return null;
    },
    close: async () => void (await Promise.all(doors.map(({ door }) => door.close()))),
  };
}
