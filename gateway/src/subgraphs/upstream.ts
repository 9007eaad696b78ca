import { Pool } from 'undici';

/** A pooled HTTP client for one URL of another service. */
export interface Upstream {
  post(
    headers: string[],
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }>;
  close(): Promise<void>;
}

const MAX_CONNECTIONS = 64;
const MAX_RESPONSE_BYTES = 16 * 1024 * 1024;

/**
 * The caller's signal is the only timeout of a request. It covers waiting for a connection, the
 * response head and the whole body.
 */
export function createUpstream(url: string): Upstream {
  const { origin, pathname, search } = new URL(url);
  const pool = new Pool(origin, {
    connections: MAX_CONNECTIONS,
    pipelining: 1,
    keepAliveTimeout: 30_000,
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: { timeout: 2_000 },
    maxResponseSize: MAX_RESPONSE_BYTES,
  });
  return {
    async post(headers, body, signal) {
      const response = await pool.request({
        method: 'POST',
        path: pathname + search,
        headers,
        body,
        signal,
      });
      return { status: response.statusCode, text: await response.body.text() };
    },
    close: () => pool.destroy(),
  };
}
