import { encodeCursor } from '@deskgraph/common/graphql/signed-cursor';
import { retryWhileUnavailable } from '@deskgraph/common/core/database-errors';
import { type StreamMessage, abortableStream } from '@deskgraph/common/graphql/subscription-server';
import type { Context } from '@deskgraph/common/database/context';
import { byId } from './find.ts';
import type { BulkJob } from './job.ts';
import { watchOf } from './progress.ts';

/** A job as it is, and each time it has come further, until it has ended. The stream of a job that is not there for the caller is over at once. */
export const follow = (ctx: Context, id: string): AsyncIterableIterator<StreamMessage> =>
  abortableStream((signal) => told(ctx, id, signal));

async function* told(
  ctx: Context,
  id: string,
  signal: AbortSignal,
): AsyncGenerator<StreamMessage, void, void> {
  const watch = watchOf(ctx.orm);
  const left = new AbortController();
  const over = AbortSignal.any([signal, left.signal]);
  let version = 0;
  try {
    while (!signal.aborted) {
      const further = watch.next(id, over);
      const job = await retryWhileUnavailable(() => read(ctx, id), signal);
      if (!job) return;
      if (job.version > version)
        yield {
          message: job,
          cursor: encodeCursor(ctx, { position: 0, subject: id, version: job.version }),
        };
      if (job.finishedAt) return;
      ({ version } = job);
      await further;
    }
  } finally {
    left.abort();
  }
}

/** At its own moment, with the rights that the caller has then. */
async function read(ctx: Context, id: string): Promise<BulkJob | null> {
  const now = ctx.fork();
  try {
    return await byId(now, id);
  } finally {
    await now.endSnapshot();
  }
}
