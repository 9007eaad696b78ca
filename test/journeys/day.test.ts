import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ROOT } from '@deskgraph/launcher/config';
import type { Desk } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { runScript } from '../platform/process.ts';
import { writeConnectionFiles } from '../fixtures/traces.ts';

let platform: Platform;
let desk: Desk;
beforeAll(async () => {
  platform = await startPlatform();
  desk = await platform.desk();
  const third = { email: 'jure@desk.example', name: 'Jure Third' };
  await desk.mutate('admin', 'agentInvite', { ...third, role: 'AGENT' });
  writeConnectionFiles(platform, desk, { agent3: third });
}, 240_000);
afterAll(() => platform?.stop());

test('the demo day of the README can run repeatedly and prints the timelines that the graph returns to each reader', async () => {
  const play = async (): Promise<string[]> =>
    (
      await runScript(join(ROOT, 'services/integrations'), 'src/day/main.ts', {
        DATA_DIR: platform.folder,
      })
    ).split('\n');
  await play();
  const output = await play();
  const printed = (name: string): string[] => {
    const from = output.findIndex((line) => line.endsWith(`as ${name} reads it`));
    const lines = output.slice(from + 1);
    return lines
      .slice(0, lines.includes('') ? lines.indexOf('') : lines.length)
      .map((line) => line.slice('00:00:00  '.length));
  };
  const number = Number(/#(\d+) as Ana Agent reads it/.exec(output.join('\n'))![1]);
  for (const [who, name] of [
    ['agent', 'Ana Agent'] as const,
    ['customer', 'Marta Customer'] as const,
  ]) {
    const { ticket } = await desk.data<{ ticket: { timeline: { nodes: { summary: string }[] } } }>(
      who,
      'query ($number: Int) { ticket(number: $number) { timeline(first: 100) { nodes { summary } } } }',
      { number },
    );
    expect(printed(name)).toEqual(ticket.timeline.nodes.map(({ summary }) => summary));
  }
  expect(
    output
      .filter((line) => line.includes('The system'))
      .map((line) => line.replace(/.*The system +/, '')),
  ).toEqual([
    expect.stringMatching(/^sends no reminder. The requester wrote/),
    expect.stringMatching(/^has marked \d+, each with a result of its own$/),
    expect.stringMatching(/^will close #\d+ on /),
    expect.stringMatching(/^closes #\d+$/),
    expect.stringMatching(/^opens #\d+, which follows #\d+$/),
  ]);
});
