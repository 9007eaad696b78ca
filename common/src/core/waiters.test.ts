import { expect, test } from '@jest/globals';
import { Waiters } from './waiters.ts';

const isPending = async (promise: Promise<void>): Promise<boolean> =>
  Promise.race([
    promise.then(() => false),
    new Promise<boolean>((resolve) => setImmediate(() => resolve(true))),
  ]);

test('wakes only the waiters of a key', async () => {
  const waiters = new Waiters<string>();
  const [first, second, other] = [waiters.wait('a'), waiters.wait('a'), waiters.wait('b')];
  waiters.wake('a');
  await Promise.all([first, second]);
  expect(await isPending(other)).toBe(true);
  waiters.wakeAll();
  await other;
});

test('ends a wait when its signal aborts, also when it has aborted before', async () => {
  const waiters = new Waiters<string>();
  const stopping = new AbortController();
  const waiting = waiters.wait('a', { signal: stopping.signal });
  expect(await isPending(waiting)).toBe(true);
  stopping.abort();
  await waiting;
  await waiters.wait('a', { signal: stopping.signal });
});

test('ends a wait after its time', async () => {
  const waiting = new Waiters<string>().wait('a', { timeoutMs: 1 });
  await expect(waiting).resolves.toBeUndefined();
});

test('a waiter that waits again while it is woken is not woken twice', async () => {
  const waiters = new Waiters();
  let wakes = 0;
  let last = Promise.resolve();
  const waitAgain = (): void => {
    last = waiters.wait(undefined).then(() => void (wakes += 1));
    void last.then(() => wakes < 2 && waitAgain());
  };
  waitAgain();
  waiters.wake(undefined);
  await last;
  expect(wakes).toBe(1);
  expect(await isPending(last)).toBe(true);
});
