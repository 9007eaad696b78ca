import { setTimeout as sleep } from 'node:timers/promises';
import { userErrorText } from '../graph.ts';
import type { Player } from './people.ts';

const NAME = 16;

export type Say = (line: string) => void;

/** Prints one line per action: time, actor, action. */
export class Stage {
  constructor(readonly say: Say) {}

  scene(title: string): void {
    this.say(`\n${title}`);
  }

  tell(who: string, what: string): void {
    this.say(`${new Date().toLocaleTimeString('sv')}  ${who.padEnd(NAME)} ${what}`);
  }

  /** Runs a mutation as an actor. Throws when it is refused. */
  async does<Payload>(
    who: Player,
    what: string,
    name: string,
    input: object,
    selection: string,
  ): Promise<Payload> {
    const payload = await who.change<Payload>(name, input, selection);
    if (payload.userErrors.length)
      throw new Error(
        `${who.name}, ${what}: ${name} is refused. ${userErrorText(payload.userErrors)}`,
      );
    this.tell(who.name, what);
    return payload;
  }

  /** Runs a mutation that has to be refused with this code. */
  async mayNot<Payload>(
    who: Player,
    what: string,
    code: string,
    name: string,
    input: object,
    selection: string,
  ): Promise<Payload> {
    const payload = await who.change<Payload>(name, input, selection);
    if (!payload.userErrors.some((error) => error.code === code))
      throw new Error(
        `${who.name}, ${what}: ${name} should be refused with ${code}. ${userErrorText(payload.userErrors)}`,
      );
    this.tell(who.name, `${what}: ${userErrorText(payload.userErrors)}`);
    return payload;
  }

  /** Waits until a condition holds. */
  async until<T>(what: string, look: () => Promise<T | false | null | undefined>): Promise<T> {
    for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await sleep(LOOKS_MS)) {
      const found = await look();
      if (found) return found;
    }
    throw new Error(`It did not come to it that ${what}.`);
  }
}

const PATIENCE_MS = 60_000;
const LOOKS_MS = 200;
