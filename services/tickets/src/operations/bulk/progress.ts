import { retryWhileUnavailable } from '@deskgraph/common/core/database-errors';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import { NotifyHub } from '@deskgraph/common/jobs/pg-notify';
import type { Service } from '@deskgraph/common/service/subgraph';
import type { BulkJob } from './job.ts';
import { bulkJobById } from './queries.ts';

const CHANNEL = 'bulk';
/** Subscribers read the job again after this time, in case a notification was lost. */
const POLL_MS = 10_000;

const hubs = new WeakMap<object, NotifyHub>();

/** Opens the notifications of job changes for the service. Returns the function that stops them. */
export function openJobNotifications({ orm, config, log }: Service): () => Promise<void> {
  const hub = new NotifyHub({ url: config.DATABASE_URL, channel: CHANNEL, log });
  hubs.set(orm, hub);
  return () => hub.stop();
}

function hubOf(orm: object): NotifyHub {
  const hub = hubs.get(orm);
  if (!hub) throw new Error('Job notifications are not open for this database.');
  return hub;
}

/** Notifies the subscribers in all processes, when the transaction commits. */
export async function notifyJobChange(ctx: Context, { id }: BulkJob): Promise<void> {
  await execute(ctx, sql`select pg_notify(${CHANNEL}, ${id})`);
}

/**
 * The job now and after each progress, until it has ended. The stream ends at once when the caller
 * cannot see the job.
 */
export const subscribeToJob = (ctx: Context, id: string): AsyncIterableIterator<StreamMessage> =>
  abortableStream((signal) => jobMessages(ctx, id, signal));

async function* jobMessages(
  ctx: Context,
  id: string,
  aborted: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const hub = hubOf(ctx.orm);
  const ended = new AbortController();
  const signal = AbortSignal.any([aborted, ended.signal]);
  let version = 0;
  try {
    while (!aborted.aborted) {
      const changed = hub.wait(id, { signal, timeoutMs: POLL_MS });
      const job = await retryWhileUnavailable(() => readJob(ctx, id), aborted);
      if (!job) return;
      if (job.version > version)
        yield {
          message: job,
          cursor: encodeCursor(ctx, { position: 0, subject: id, version: job.version }),
        };
      if (job.finishedAt) return;
      ({ version } = job);
      await changed;
    }
  } finally {
    ended.abort();
  }
}

/** Reads the job in a new snapshot, with the current rights of the caller. */
async function readJob(ctx: Context, id: string): Promise<BulkJob | null> {
  const current = ctx.fork();
  try {
    return await bulkJobById(current, id);
  } finally {
    await current.endSnapshot();
  }
}
