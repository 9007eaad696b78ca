import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import { createLog } from '../core/log.ts';
import { startHttpService } from './serve.ts';

test('what is used by a handler stays open until it has ended, also when its client has hung up', async () => {
  const events: string[] = [];
  const begun = Promise.withResolvers<void>();
  const left = Promise.withResolvers<void>();
  const work = Promise.withResolvers<void>();
  const serving = await startHttpService({
    log: createLog('serve', 'silent'),
    host: '127.0.0.1',
    port: 0,
    routes: {
      'GET /long': async (_, response) => {
        response.once('close', left.resolve);
        begun.resolve();
        await work.promise;
        events.push('handled');
      },
    },
    ready: async () => true,
    close: async () => void events.push('closed'),
  });
  const client = request({ port: serving.port, path: '/long' }).on('error', () => {});
  client.end();
  await begun.promise;
  client.destroy();
  await left.promise;
  const stopped = serving.stop();
  await once(serving.http, 'close');
  work.resolve();
  await stopped;
  expect(events).toEqual(['handled', 'closed']);
});
