import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '@deskgraph/common/http/serve';

const PROGRAM = 'nats-server';

export const hasNats = spawnSync(PROGRAM, ['--version']).status === 0;

/** A NATS server with JetStream that keeps its address and files when it is restarted. */
export interface TestNats {
  url: string;
  start(): Promise<void>;
  kill(): Promise<void>;
  remove(): Promise<void>;
}

export async function testNats(): Promise<TestNats> {
  const port = await freePort();
  const folder = mkdtempSync(join(tmpdir(), 'deskgraph-nats-'));
  let child: ChildProcess | undefined;
  const kill = async (): Promise<void> => {
    if (!child) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    child = undefined;
  };
  return {
    url: `nats://127.0.0.1:${port}`,
    start: async () => {
      child = spawn(PROGRAM, ['-a', '127.0.0.1', '-p', String(port), '-js', '-sd', folder], {
        stdio: 'ignore',
      });
      while (!(await answers(port))) await sleep(20);
    },
    kill,
    remove: async () => {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Whether the server sends its greeting. */
async function answers(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const [greeting] = await Promise.race([once(socket, 'data'), once(socket, 'close')]).catch(() => [
    undefined,
  ]);
  socket.destroy();
  return Buffer.isBuffer(greeting);
}
