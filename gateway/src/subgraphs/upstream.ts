import { Pool } from 'undici';

/** One address of another process of ours, reached over connections that are kept. */
export interface Upstream {
  post(
    headers: string[],
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

const CONNECTIONS = 64;
const MAX_BYTES = 16 * 1024 * 1024;

/** The caller's signal is the only deadline: it covers waiting for a connection, the head and the last byte of the body. */
export function createUpstream(url: string): Upstream {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections: CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 2_000 },
    maxResponseSize: MAX_BYTES,
  });
  return {
    async post(headers, body, signal) {
      const { statusCode, body: answer } = await pool.request({
        method: 'POST',
        path: pathname + search,
        headers,
        body,
        signal,
      });
      return { status: statusCode, text: await answer.text() };
    },
    close: () => pool.destroy(),
  };
}
