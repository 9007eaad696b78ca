import { jest } from '@jest/globals';
import { schedulerOf } from '@deskgraph/common/jobs/scheduler';
import type { TestService } from '@deskgraph/common/testing/testing';
import { listsOf } from '../src/lists/live-list/shared-lists.ts';

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
  const alarms = new Set<{ at: Date; ring: () => void }>();
  const ringDue = (): void => {
    for (const alarm of alarms)
      if (alarm.at.getTime() <= Date.now()) {
        alarms.delete(alarm);
        alarm.ring();
      }
  };
  listsOf(service.tail).alarm = (at, ring) => {
    const alarm = { at, ring };
    alarms.add(alarm);
    // The clock may have been turned since it was read.
    setImmediate(ringDue);
    return () => alarms.delete(alarm);
  };
  return {
    turn: (ms) => {
      jest.setSystemTime(Date.now() + ms);
      ringDue();
      schedulerOf(service.orm)?.wake();
    },
  };
}
