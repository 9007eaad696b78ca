import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from './clock.ts';
import { type Desk, mutate } from './desk.ts';

/** Polls until the condition holds; fails after `timeoutMs`. */
export async function waitFor(
  condition: () => Promise<boolean>,
  timeoutMs = 10_000,
): Promise<void> {
  for (const deadline = performance.now() + timeoutMs; !(await condition()); await sleep(20))
    if (performance.now() > deadline) throw new Error(`Not true within ${timeoutMs} ms.`);
}

/**
 * Turns the clock by 1 ms and waits until the scheduler has run everything that is due. The
 * scheduler works in the order of due times, so the end of a snooze that is due now comes last.
 */
export async function runDueTasks(desk: Desk, clock: Clock): Promise<void> {
  const { id } = await desk.ticket();
  const until = new Date(Date.now() + 1).toISOString();
  await mutate(desk, desk.agent, 'ticketSnooze', { id, until });
  clock.advance(1);
  const query = 'query ($id: ID!) { ticket(id: $id) { snooze { since } } }';
  await waitFor(async () => {
    const { ticket } = await desk.ask<{ ticket: { snooze: object | null } }>(desk.agent, query, {
      id,
    });
    return ticket.snooze === null;
  });
}
