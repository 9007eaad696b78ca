import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until there is an answer; gives up when time is over, or when it is `hopeless`. */
export async function until<T>(
  what: string,
  ask: () => Promise<T | undefined | false>,
  patienceMs = 20_000,
  hopeless = (): boolean => false,
): Promise<T> {
  for (const end = Date.now() + patienceMs; ; await pause(25)) {
    const answer = await ask();
    if (answer !== undefined && answer !== false) return answer;
    if (Date.now() > end || hopeless())
      throw new Error(`Waited in vain, ${patienceMs} ms at most: ${what}`);
  }
}
