import { setTimeout as pause } from 'node:timers/promises';

/**
 * Polls until there is a result. Throws after the timeout, or as soon as `isHopeless` returns
 * true.
 */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  patienceMs = 20_000,
  hopeless = (): boolean => false,
): Promise<T> {
  for (const end = Date.now() + patienceMs; ; await pause(25)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end || hopeless()) throw new Error(`not within ${patienceMs} ms: ${what}`);
  }
}
