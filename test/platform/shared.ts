import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Place, type Whereabouts, reach } from './platform-handle.ts';
import { type Platform, startPlatform } from './platform.ts';

/** The one platform of a run, for tests that leave its processes alone and work in workspaces of their own. It starts when the first of them asks. */
export async function sharedPlatform(): Promise<Place> {
  const response = await fetch(process.env['TEST_PLATFORM_URL']!);
  const said = await response.text();
  if (!response.ok) throw new Error(`The platform of this run did not start: ${said}`);
  return reach(JSON.parse(said) as Whereabouts);
}

/** Starts it for whoever asks at this address. */
export async function offerPlatform(): Promise<{ url: string; stop(): Promise<void> }> {
  let platform: Promise<Platform> | undefined;
  const door = createServer((_, response) => {
    platform ??= startPlatform();
    platform.then(
      ({ where }) => response.end(JSON.stringify(where)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(door, 'listening');
  door.unref();
  return {
    url: `http://127.0.0.1:${(door.address() as AddressInfo).port}`,
    stop: async () => {
      door.close();
      door.closeAllConnections();
      await (await platform?.catch(() => undefined))?.stop();
    },
  };
}
