import { jest } from '@jest/globals';
import { clockOf } from '@deskgraph/common/clock';
import type { TestService } from '@deskgraph/common/testing';
import { listsOf } from '../src/list/share.ts';

const REAL = [
  'clearImmediate',
  'clearInterval',
  'clearTimeout',
  'hrtime',
  'nextTick',
  'performance',
  'queueMicrotask',
  'setImmediate',
  'setInterval',
  'setTimeout',
] as const;

export interface Clock {
  turn(ms: number): void;
}

/** Stops the clock of a running service: its dates go on by `turn` alone, and with them what lists and timers wait for. */
export function stopClock({ service }: TestService): Clock {
  jest.useFakeTimers({ now: Date.now(), doNotFake: [...REAL] });
  const set = new Set<{ at: Date; ring: () => void }>();
  listsOf(service.tail).alarm = (at, ring) => {
    const entry = { at, ring };
    set.add(entry);
    return () => set.delete(entry);
  };
  return {
    turn: (ms) => {
      jest.setSystemTime(Date.now() + ms);
      for (const entry of set)
        if (entry.at.getTime() <= Date.now()) {
          set.delete(entry);
          entry.ring();
        }
      clockOf(service.orm)?.wake();
    },
  };
}
