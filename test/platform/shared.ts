import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type PlatformHandle, type PlatformAddress, connectToPlatform } from './platform-handle.ts';
import { type Platform, startPlatform } from './platform.ts';

/**
 * Connects to the shared platform of the test run, which starts with the first request. Its tests
 * use workspaces of their own and leave its processes running.
 */
export async function sharedPlatform(): Promise<PlatformHandle> {
  const response = await fetch(process.env['TEST_PLATFORM_URL']!);
  const body = await response.text();
  if (!response.ok) throw new Error(`The platform of this run did not start: ${body}`);
  return connectToPlatform(JSON.parse(body) as PlatformAddress);
}

/**
 * Serves the address of the shared platform over HTTP, and starts the platform with the first
 * request.
 */
export async function servePlatformAddress(): Promise<{ url: string; stop(): Promise<void> }> {
  let platform: Promise<Platform> | undefined;
  const server = createServer((_, response) => {
    platform ??= startPlatform();
    platform.then(
      ({ address: where }) => response.end(JSON.stringify(where)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      await (await platform?.catch(() => undefined))?.stop();
    },
  };
}
