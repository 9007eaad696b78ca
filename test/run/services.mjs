import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = new URL('../../', import.meta.url);
const preload = (path) => `--import=${new URL(path, root).href}`;

/**
 * Serves the addresses of shared services at `/<service>`, and starts each with its first request.
 */
export async function offerServices() {
  const services = new Map();
  const start = async (name) => {
    const child = spawn(
      process.execPath,
      [
        '--conditions=source',
        preload('common/source.mjs'),
        preload('tools/launcher/src/exit-with-parent.ts'),
        fileURLToPath(new URL(`services/${name}/testing/shared.ts`, root)),
      ],
      { stdio: ['ignore', 'pipe', 'inherit', 'ipc'] },
    );
    const [line] = await Promise.race([
      once(createInterface({ input: child.stdout }), 'line'),
      once(child, 'exit').then(([code]) => Promise.reject(new Error(`ended with ${code}`))),
    ]);
    return { child, line };
  };
  const server = createServer((request, response) => {
    const name = request.url.slice(1);
    if (!services.has(name)) services.set(name, start(name));
    services.get(name).then(
      ({ line }) => response.end(line),
      (error) => response.writeHead(500).end(String(error)),
    );
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  server.unref();
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: async () => {
      server.close();
      server.closeAllConnections();
      for (const service of services.values()) (await service).child.kill();
    },
  };
}
