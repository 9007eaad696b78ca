import { Client } from 'pg';
import type { Log } from '../core/log.ts';

export interface SignalOptions {
  url: string;
  /** A plain lower-case name. */
  channel: string;
  /** What was told; undefined when something may have been missed: at the begin, and after the connection was lost. */
  heard: (word: string | undefined) => void;
  log: Log;
}

const RETRY_MS = 250;

/**
 * Hears what the processes of a database tell each other with `pg_notify(channel, word)`, on a connection of its own. A word is heard once the
 * transaction that told it is committed, and only by those who listen then: it says that there is something to read, and is never the thing itself.
 */
export function listen({ url, channel, heard, log }: SignalOptions): () => Promise<void> {
  let client: Client | undefined;
  let retry: NodeJS.Timeout | undefined;
  let opening: Promise<void> | undefined;
  let isStopped = false;

  const open = async (): Promise<void> => {
    const fresh = new Client({
      connectionString: url,
      application_name: `deskgraph ${channel}`,
      keepAlive: true,
    });
    client = fresh;
    fresh.on('error', (error) =>
      log.warn({ err: error, channel }, 'lost the connection that listens'),
    );
    fresh.on('notification', ({ payload = '' }) => heard(payload));
    fresh.once('end', () => again());
    try {
      await fresh.connect();
      await fresh.query(`listen ${channel}`);
      heard(undefined);
    } catch (error) {
      if (!isStopped) log.warn({ err: error, channel }, 'can’t listen now');
      await fresh.end().catch(() => {});
      again();
    }
  };
  const again = (): void => {
    if (isStopped) return;
    clearTimeout(retry);
    retry = setTimeout(() => {
      opening = open();
    }, RETRY_MS);
  };
  opening = open();

  return async () => {
    isStopped = true;
    clearTimeout(retry);
    await opening;
    await client?.end().catch(() => {});
  };
}
