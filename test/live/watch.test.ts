import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@deskgraph/common/core/id';
import { ROOT } from '@deskgraph/launcher/config';
import { type Desk, mutation, post } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { type RunningScript, startScript } from '../platform/process.ts';
import { writeConnectionFiles } from '../fixtures/traces.ts';
import { IS_FULL, sizeOf } from '@deskgraph/common/testing/sizes';
import { waitFor } from '../platform/wait-for.ts';
import { mutateUntilAnswered, loggedEventIds } from './events.ts';
import { Listener } from './listener.ts';

const CLIENTS = sizeOf(60, 200);
/** The gateway's limit of sockets per caller. */
const SOCKETS_EACH = 20;
const SHOWN_TYPES = ['ticket.created', 'ticket.status_changed'];

let platform: Platform;
let desk: Desk;
beforeAll(async () => {
  platform = await startPlatform();
  desk = await platform.desk();
  writeConnectionFiles(platform, desk);
}, 120_000);
const programs: ChildProcess[] = [];
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await platform?.stop();
});

interface WatchProgram extends RunningScript {
  ids(): string[];
}
function watch(...args: string[]): WatchProgram {
  const file = join(platform.folder, `ids-${programs.length}`);
  const running = startScript(
    join(ROOT, 'services/integrations'),
    'src/watch/main.ts',
    { DATA_DIR: platform.folder },
    [...args, '--ids', file],
  );
  programs.push(running.process);
  return {
    ...running,
    ids: () => (existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : []),
  };
}
/** Waits for a line of output that contains the word, and returns it. */
const waitForLine = ({ output }: RunningScript, word: string) =>
  waitFor(`the output contains ${word}`, async () => output.find((text) => text.includes(word)));
const cutsOf = ({ output }: RunningScript): number =>
  output.filter((text) => text.startsWith('-- cut')).length;

async function interrupt({ process: program, exitCode, output }: WatchProgram): Promise<string> {
  program.kill('SIGINT');
  expect(await exitCode).toBe(0);
  return output.at(-1)!.replace('-- to continue from here: --after ', '');
}

test('the watch program shows each new ticket and status change once, across gateway restarts and expired tokens, and a later run resumes', async () => {
  const [agent, customer] = [
    watch('--as', 'ana', '--lifetime', '3s'),
    watch('--as', desk.emails.customer),
  ];
  await Promise.all([waitForLine(agent, 'watches'), waitForLine(customer, 'watches')]);
  const turns = Array.from({ length: 120 }, (_, index) => index).values();
  const writer = async (): Promise<void> => {
    for (const at of turns) {
      const input = {
        subject: `Parcel ${at}`,
        body: 'Where is it?',
        idempotencyKey: `watch ${at}`,
      };
      const who = at % 4 ? 'customer' : 'customer2';
      const { ticket } = await mutateUntilAnswered<{ ticket: { id: string } }>(
        desk,
        who,
        'ticketCreate',
        input,
        'ticket { id }',
      );
      await mutateUntilAnswered(desk, 'agent', 'ticketStatusChange', {
        id: ticket.id,
        status: at % 2 ? 'OPEN' : 'PENDING',
      });
    }
  };
  const writing = Promise.all(Array.from({ length: 4 }, writer));
  let seen = 0;
  for (const [index, share] of [20, 60, 100].entries()) {
    // The customer may still be reconnecting after the previous cut.
    await waitFor(
      'both have shown some events',
      async () => agent.ids().length > share && customer.ids().length > seen,
      60_000,
    );
    await platform.gateway.kill();
    await waitFor('the customer has noticed the cut', async () => cutsOf(customer) > index);
    seen = customer.ids().length;
    await platform.gateway.start();
  }
  await writing;
  await waitForLine(agent, 'token has expired');
  await desk.ticket({ subject: 'The\u001b[2J last \u202Eone' });
  for (const [who, watching] of [['agent', agent] as const, ['customer', customer] as const]) {
    const ids = await loggedEventIds(desk, who, { types: SHOWN_TYPES });
    await waitFor(
      `all events are shown to ${who}`,
      async () => watching.ids().length >= ids.length,
    );
    expect(watching.ids()).toEqual(ids);
  }
  expect(agent.ids()).toHaveLength(241);
  expect(customer.ids()).toHaveLength(181);
  expect(agent.output).toContainEqual(
    expect.stringMatching(/^\d\d:\d\d:\d\d +#\d+ {2}NEW → PENDING +Parcel \d+ +\S+ Customer$/),
  );
  expect(await waitForLine(agent, 'The [2J')).toMatch(
    /^\d\d:\d\d:\d\d +#\d+ {2}new +The \[2J last one +Marta Customer$/,
  );

  const after = await interrupt(agent);
  await interrupt(customer);
  const { number } = await desk.ticket({ subject: 'While nobody watched' });
  const later = watch('--as', 'agent', '--after', after);
  expect(await waitForLine(later, 'While nobody')).toContain(`#${number} `);
  expect(later.ids()).toHaveLength(1);
  await interrupt(later);
}, 180_000);

test('the program in the README resumes by itself after a disconnect', async () => {
  const [, text] = readFileSync(join(ROOT, 'README.md'), 'utf8').split('## Subscriptions');
  const code = /```js\n(.*?)```/s
    .exec(text!)![1]!
    .replace('ws://127.0.0.1:4000/graphql', platform.url.replace('http', 'ws'));
  const token = `const token = async () => '${desk.tokens.agent}';\n`;
  const flags = ['--input-type=module', '--eval', token + code];
  const child = spawn(process.execPath, flags, {
    cwd: join(ROOT, 'test'),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  programs.push(child);
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await waitFor('it has started', async () => {
    await desk.ticket({ subject: 'Is anybody there?' });
    return output.includes('Is anybody');
  });
  await platform.gateway.kill();
  await platform.gateway.start();
  const subjects = Array.from({ length: 20 }, (_, index) => `Parcel no. ${index}.`);
  for (const subject of subjects) await desk.ticket({ subject });
  await waitFor('all tickets are shown', async () => output.includes(subjects.at(-1)!)).catch(
    (error: Error) => {
      throw new Error(`${error.message}\n${output}`);
    },
  );
  for (const subject of subjects) expect(output.split(subject)).toHaveLength(2);
}, 60_000);

test(`${CLIENTS} clients that disconnect together are back within ten seconds of the gateway and miss no event`, async () => {
  const tokens = Array.from({ length: Math.ceil(CLIENTS / SOCKETS_EACH) }, () =>
    platform.issuer.issueToken(
      { sub: newId('app'), name: 'App', scope: 'tickets:read', workspace: desk.workspace },
      '1 hour',
    ),
  );
  const { eventCursor: after } = await desk.data<{ eventCursor: string }>(
    'agent',
    '{ eventCursor }',
  );
  const query =
    'subscription ($after: Cursor) { ticketCreated(after: $after) { event { id } ticket { number } } }';
  const listeners = Array.from({ length: CLIENTS }, (_, index) => {
    const token = (): Promise<string> => tokens[Math.floor(index / SOCKETS_EACH)]!;
    return new Listener({ url: platform.url, token, query, after, waitMs: 500 });
  });
  const allHave = (count: number) => async (): Promise<boolean> =>
    listeners.every(({ ids }) => ids.length >= count);
  try {
    await desk.ticket();
    await waitFor('all clients receive the event', allHave(1), 60_000);
    await platform.gateway.kill();
    const service = platform.services['tickets']!;
    await post(
      `${service.url}/graphql`,
      await desk.internalToken('customer'),
      mutation('ticketCreate', '__typename'),
      {
        input: { subject: 'While they were away', body: 'Text.' },
      },
    );
    await platform.gateway.start();
    const back = Date.now();
    await waitFor('all clients are back', allHave(2), 60_000);
    const tookMs = Date.now() - back;
    await desk.ticket();
    await waitFor('all clients continue', allHave(3));
    const ids = await loggedEventIds(desk, 'agent', { types: ['ticket.created'], after });
    for (const listener of listeners) expect(listener.ids).toEqual(ids);
    if (IS_FULL) process.stderr.write(`${CLIENTS} back after ${tookMs} ms\n`);
    expect(tookMs).toBeLessThan(10_000);
  } finally {
    await Promise.all(listeners.map((listener) => listener.close()));
  }
}, 180_000);

test('the watch program reports wrong arguments at the start', async () => {
  for (const [args, word] of [
    [['--as', 'eva'], 'There is no demo user eva'],
    [[], 'usage: npm run watch'],
    [['--token', 'made.up'], 'authentication is required'],
  ] as const) {
    const { exitCode, output } = watch(...args);
    expect(await exitCode).toBe(1);
    expect(output.join('\n').toLowerCase()).toContain(word.toLowerCase());
  }
});
