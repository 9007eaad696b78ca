import { once } from 'node:events';
import { request } from 'node:http';
import { expect, test } from '@jest/globals';
import { createLog } from '../core/log.ts';
import { startHttpService } from './serve.ts';

test('closes only after a handler has ended, also when its client has disconnected', async () => {
  const events: string[] = [];
  const started = Promise.withResolvers<void>();
  const disconnected = Promise.withResolvers<void>();
  const work = Promise.withResolvers<void>();
  const service = await startHttpService({
    log: createLog('serve', 'silent'),
    host: '127.0.0.1',
    port: 0,
    routes: {
      'GET /long': async (_, response) => {
        response.once('close', disconnected.resolve);
        started.resolve();
        await work.promise;
        events.push('handled');
      },
    },
    ready: async () => true,
    close: async () => void events.push('closed'),
  });
  const client = request({ port: service.port, path: '/long' }).on('error', () => {});
  client.end();
  await started.promise;
  client.destroy();
  await disconnected.promise;
  const stopped = service.stop();
  await once(service.http, 'close');
  work.resolve();
  await stopped;
  expect(events).toEqual(['handled', 'closed']);
});
