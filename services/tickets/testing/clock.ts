import { jest } from '@jest/globals';
import { schedulerOf } from '@deskgraph/common/jobs/scheduler';
import type { TestService } from '@deskgraph/common/testing/testing';
import { sharedListsOf } from '../src/lists/live-list/shared-lists.ts';

const REAL_TIMERS = [
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
  advance(ms: number): void;
}

/**
 * Stops the dates of a service in this process: `advance` alone changes them, and runs the timers
 * of lists and the scheduled tasks that are due then.
 */
export function stopClock({ service }: TestService): Clock {
  jest.useFakeTimers({ now: Date.now(), doNotFake: [...REAL_TIMERS] });
  const timers = new Set<{ at: Date; onTime: () => void }>();
  const runDueTimers = (): void => {
    for (const timer of timers)
      if (timer.at.getTime() <= Date.now()) {
        timers.delete(timer);
        timer.onTime();
      }
  };
  sharedListsOf(service.tail).setTimer = (at, onTime) => {
    const timer = { at, onTime };
    timers.add(timer);
    // The clock may have been advanced since the list was read.
    setImmediate(runDueTimers);
    return () => timers.delete(timer);
  };
  return {
    advance: (ms) => {
      jest.setSystemTime(Date.now() + ms);
      runDueTimers();
      schedulerOf(service.orm)?.wake();
    },
  };
}
