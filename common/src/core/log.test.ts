import { afterEach, expect, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';

let child: ChildProcess | undefined;
afterEach(() => void child?.kill('SIGKILL'));

test('a process whose log pipe is closed ends without delay', async () => {
  const log = new URL('./log.ts', import.meta.url).href;
  const source = fileURLToPath(new URL('../../source.mjs', import.meta.url));
  const program = `
    const { createLog } = await import(${JSON.stringify(log)});
    process.once('message', () => {
      const log = createLog('unread');
      for (const line of ['first', 'second']) log.warn(line);
      process.exit(3);
    });
    process.send('ready');`;
  const options = [
    '--conditions=source',
    '--import',
    source,
    '--input-type=module',
    '--eval',
    program,
  ];
  child = spawn(process.execPath, options, { stdio: ['ignore', 'pipe', 'ignore', 'ipc'] });
  await once(child, 'message');
  child.stdout!.destroy();
  await once(child.stdout!, 'close');
  const ended = once(child, 'exit');
  child.send('go');
  expect((await ended)[1]).toBeNull();
});
