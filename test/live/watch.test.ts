import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { newId } from '@deskgraph/common/core/id';
import { ROOT } from '@deskgraph/launcher/config';
import { type Desk, mutation, post } from '../fixtures/desk.ts';
import { type Platform, startPlatform } from '../platform/platform.ts';
import { type Running, run } from '../platform/process.ts';
import { leaveTraces } from '../fixtures/traces.ts';
import { IS_FULL, sizeOf } from '@deskgraph/common/testing/sizes';
import { until } from '../platform/wait-for.ts';
import { insisted, logged } from './events.ts';
import { Listener } from './listener.ts';

const HERD = sizeOf(60, 200);
/** A caller has this many sockets at most. */
const SOCKETS_EACH = 20;
const SHOWN = ['ticket.created', 'ticket.status_changed'];

let platform: Platform;
let desk: Desk;
beforeAll(async () => {
  platform = await startPlatform();
  desk = await platform.desk();
  leaveTraces(platform, desk);
}, 120_000);
const programs: ChildProcess[] = [];
afterAll(async () => {
  for (const program of programs) program.kill('SIGKILL');
  await platform?.stop();
});

interface Watching extends Running {
  ids(): string[];
}
function watch(...args: string[]): Watching {
  const file = join(platform.folder, `ids-${programs.length}`);
  const running = run(
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
/** Gives the line that holds the word, once it is there. */
const says = ({ said }: Running, word: string) =>
  until(`it says ${word}`, async () => said.find((text) => text.includes(word)));
const cutsOf = ({ said }: Running): number =>
  said.filter((text) => text.startsWith('-- cut')).length;

async function leave({ process: program, ended, said }: Watching): Promise<string> {
  program.kill('SIGINT');
  expect(await ended).toBe(0);
  return said.at(-1)!.replace('-- to continue from here: --after ', '');
}

test('a terminal shows each new ticket and each move once, over killed gateways and tokens that run out, and a later run goes on', async () => {
  const [agent, customer] = [
    watch('--as', 'ana', '--lifetime', '3s'),
    watch('--as', desk.emails.customer),
  ];
  await Promise.all([says(agent, 'watches'), says(customer, 'watches')]);
  const turns = Array.from({ length: 120 }, (_, at) => at).values();
  const writer = async (): Promise<void> => {
    for (const at of turns) {
      const input = {
        subject: `Parcel ${at}`,
        body: 'Where is it?',
        idempotencyKey: `watch ${at}`,
      };
      const who = at % 4 ? 'customer' : 'customer2';
      const { ticket } = await insisted<{ ticket: { id: string } }>(
        desk,
        who,
        'ticketCreate',
        input,
        'ticket { id }',
      );
      await insisted(desk, 'agent', 'ticketStatusChange', {
        id: ticket.id,
        status: at % 2 ? 'OPEN' : 'PENDING',
      });
    }
  };
  const writing = Promise.all(Array.from({ length: 4 }, writer));
  let seen = 0;
  for (const [at, share] of [20, 60, 100].entries()) {
    // The customer may still be waiting to come back from the cut before.
    await until(
      'some are shown to both',
      async () => agent.ids().length > share && customer.ids().length > seen,
      60_000,
    );
    await platform.gateway.kill();
    await until('the customer is told of the cut', async () => cutsOf(customer) > at);
    seen = customer.ids().length;
    await platform.gateway.start();
  }
  await writing;
  await says(agent, 'token has expired');
  await desk.ticket({ subject: 'The\u001b[2J last \u202Eone' });
  for (const [who, watching] of [['agent', agent] as const, ['customer', customer] as const]) {
    const ids = await logged(desk, who, { types: SHOWN });
    await until(`all is shown to ${who}`, async () => watching.ids().length >= ids.length);
    expect(watching.ids()).toEqual(ids);
  }
  expect(agent.ids()).toHaveLength(241);
  expect(customer.ids()).toHaveLength(181);
  expect(agent.said).toContainEqual(
    expect.stringMatching(/^\d\d:\d\d:\d\d +#\d+ {2}NEW → PENDING +Parcel \d+ +\S+ Customer$/),
  );
  expect(await says(agent, 'The [2J')).toMatch(
    /^\d\d:\d\d:\d\d +#\d+ {2}new +The \[2J last one +Marta Customer$/,
  );

  const after = await leave(agent);
  await leave(customer);
  const { number } = await desk.ticket({ subject: 'While nobody watched' });
  const later = watch('--as', 'agent', '--after', after);
  expect(await says(later, 'While nobody')).toContain(`#${number} `);
  expect(later.ids()).toHaveLength(1);
  await leave(later);
}, 180_000);

test('the program in the README goes on by itself after a cut', async () => {
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
  let said = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (chunk: Buffer) => (said += chunk.toString()));
  await until('it has begun', async () => {
    await desk.ticket({ subject: 'Is anybody there?' });
    return said.includes('Is anybody');
  });
  await platform.gateway.kill();
  await platform.gateway.start();
  const subjects = Array.from({ length: 20 }, (_, at) => `Parcel no. ${at}.`);
  for (const subject of subjects) await desk.ticket({ subject });
  await until('it has told all', async () => said.includes(subjects.at(-1)!)).catch(
    (error: Error) => {
      throw new Error(`${error.message}\n${said}`);
    },
  );
  for (const subject of subjects) expect(said.split(subject)).toHaveLength(2);
}, 60_000);

test(`${HERD} who are cut together are back ten seconds after the gateway, and have missed nothing`, async () => {
  const tokens = Array.from({ length: Math.ceil(HERD / SOCKETS_EACH) }, () =>
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
  const herd = Array.from({ length: HERD }, (_, at) => {
    const token = (): Promise<string> => tokens[Math.floor(at / SOCKETS_EACH)]!;
    return new Listener({ url: platform.url, token, query, after, waitMs: 500 });
  });
  const told = (count: number) => async (): Promise<boolean> =>
    herd.every(({ ids }) => ids.length >= count);
  try {
    await desk.ticket();
    await until('all are told', told(1), 60_000);
    await platform.gateway.kill();
    const service = platform.services['tickets']!;
    await post(
      `${service.url}/graphql`,
      await desk.internal('customer'),
      mutation('ticketCreate', '__typename'),
      {
        input: { subject: 'While they were away', body: 'Text.' },
      },
    );
    await platform.gateway.start();
    const back = Date.now();
    await until('all are back', told(2), 60_000);
    const tookMs = Date.now() - back;
    await desk.ticket();
    await until('all go on', told(3));
    const ids = await logged(desk, 'agent', { types: ['ticket.created'], after });
    for (const listener of herd) expect(listener.ids).toEqual(ids);
    if (IS_FULL) process.stderr.write(`${HERD} back after ${tookMs} ms\n`);
    expect(tookMs).toBeLessThan(10_000);
  } finally {
    await Promise.all(herd.map((listener) => listener.leave()));
  }
}, 180_000);

test('it says what is wrong before it begins', async () => {
  for (const [args, word] of [
    [['--as', 'eva'], 'There is no demo user eva'],
    [[], 'usage: npm run watch'],
    [['--token', 'made.up'], 'sign'],
  ] as const) {
    const { ended, said } = watch(...args);
    expect(await ended).toBe(1);
    expect(said.join('\n').toLowerCase()).toContain(word.toLowerCase());
  }
});
