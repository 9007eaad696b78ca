import type { IncomingHttpHeaders, Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
  createSourceEventStream,
  execute,
  getOperationAST,
  parse,
  validate,
} from 'graphql';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '../auth/access.ts';
import { logUnknownError, formatClientError, toClientError } from './server.ts';
import { graphqlError, maskError } from '../core/errors.ts';
import { isDatabaseUnavailable, retryWhileUnavailable } from '../core/database-errors.ts';
import { type ActorVerifier, bearerToken } from '../auth/token.ts';
import type { Context } from '../database/context.ts';

/**
 * One message of a stream: what the root field is of, the cursor to go on from after it, and what has been read for it already. Without
 * `message` it is a mark: the stream has come so far, and nothing up to there was for this reader.
 */
export interface StreamMessage {
  message?: unknown;
  cursor: string;
  /** On a mark: the query by which who cannot go on reads anew what the stream tells of. */
  resyncQuery?: string;
  prepare?: (context: Context) => void;
}

export interface SubscriptionServerOptions {
  http: Server;
  schema: GraphQLSchema;
  actorOf: ActorVerifier;
  contextFor: (actor: Actor, headers: IncomingHttpHeaders) => Context;
}

export interface SubscriptionServer {
  close(): Promise<void>;
}

const PATH = '/graphql';
const MESSAGE_LIMIT = 1024 * 1024;
const GOODBYE_MS = 1_000;

/** Service restart: the stream is not over, and goes on elsewhere. */
const CUT = 1012;
/** Whoever comes again at once would fail again. */
const CUT_AFTER_MS = 1_000;

interface Session {
  socket: WebSocket;
  actor?: Actor | undefined;
  headers?: IncomingHttpHeaders;
}

/**
 * Streams for other processes of ours, by graphql-transport-ws: the payload of connection_init has the internal token under `authorization`,
 * and stands in for headers. Every message says its cursor in `extensions.cursor`, whatever was selected; a mark says at most
 * `extensions.anew` beside it.
 */
export function openSubscriptionServer({
  http,
  schema,
  actorOf,
  contextFor,
}: SubscriptionServerOptions): SubscriptionServer {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: MESSAGE_LIMIT });
  http.on('upgrade', (request, socket, head) => {
    if (request.url?.split('?', 1)[0] !== PATH) return socket.destroy();
    sockets.handleUpgrade(request, socket, head, (opened) =>
      sockets.emit('connection', opened, request),
    );
  });
  const openings = new WeakMap<Context, WebSocket>();
  const server = useServer<Record<string, unknown>, Record<PropertyKey, unknown> & Session>(
    {
      onConnect: async ({ connectionParams = {}, extra }) => {
        const actor = await actorOf(
          bearerToken(connectionParams['authorization'] as string | undefined),
        );
        extra.actor = actor;
        extra.headers = connectionParams as IncomingHttpHeaders;
        return Boolean(actor);
      },
      onSubscribe: ({ extra }, _, { query, variables, operationName }) => {
        const document = parsed(query);
        if (document instanceof GraphQLError) return [document];
        const faults = validate(schema, document);
        if (faults.length)
          return faults.map((error) => graphqlError('BAD_USER_INPUT', error.message));
        if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
          return [graphqlError('BAD_USER_INPUT', 'Only subscriptions are answered here.')];
        const opening = contextFor(extra.actor!, extra.headers!);
        openings.set(opening, extra.socket);
        return {
          schema,
          document,
          operationName,
          variableValues: variables,
          contextValue: opening,
        };
      },
      subscribe: (args) =>
        subscribe(args, (opening) => openings.get(opening)!.close(CUT, 'Come again')),
      onError: (_, __, ___, errors) => errors.map((error) => error.toJSON()),
    },
    sockets,
  );
  return {
    close: async () => {
      const late = setTimeout(
        () => sockets.clients.forEach((socket) => socket.terminate()),
        GOODBYE_MS,
      );
      await server.dispose();
      clearTimeout(late);
    },
  };
}

function parsed(query: string) {
  try {
    return parse(query, { maxTokens: 10_000 });
  } catch (error) {
    return graphqlError('BAD_USER_INPUT', (error as Error).message);
  }
}

/**
 * Like the one of graphql-js, with a context of its own for every message, so that each is read at its own moment. While the database is away
 * a message waits. A stream that fails otherwise is cut, so that its reader comes again with the cursor that it has.
 */
async function subscribe(
  args: ExecutionArgs,
  cut: (opening: Context) => void,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const opening = args.contextValue as Context;
  const left = new AbortController();
  const source = await opened(args, opening);
  if (!(Symbol.asyncIterator in source)) return visible(source, opening);
  const events = source[Symbol.asyncIterator]() as AsyncIterator<StreamMessage>;
  const over = { value: undefined, done: true } as const;
  const stream: AsyncIterableIterator<ExecutionResult> = {
    next: async () => {
      try {
        const { value, done } = await events.next();
        return done
          ? over
          : {
              value: await retryWhileUnavailable(() => answered(args, value, opening), left.signal),
              done: false,
            };
      } catch (error) {
        if (left.signal.aborted) return over;
        opening.log.error({ requestId: opening.requestId, err: error }, 'a stream failed');
        await sleep(CUT_AFTER_MS, undefined, { signal: left.signal }).catch(() => {});
        cut(opening);
        return over;
      }
    },
    return: async () => {
      left.abort();
      await events.return?.();
      return over;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

async function opened(
  args: ExecutionArgs,
  context: Context,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  try {
    return await createSourceEventStream(args);
  } finally {
    await context.endSnapshot();
  }
}

async function answered(
  args: ExecutionArgs,
  { message, cursor, resyncQuery: anew, prepare }: StreamMessage,
  opening: Context,
): Promise<ExecutionResult> {
  if (message === undefined) return { extensions: { cursor, ...(anew && { anew }) } };
  const context = opening.fork();
  prepare?.(context);
  try {
    const result = await execute({ ...args, rootValue: message, contextValue: context });
    const gone = result.errors?.find(({ originalError }) => isDatabaseUnavailable(originalError));
    if (gone) throw gone;
    return { ...visible(result, context), extensions: { cursor } };
  } finally {
    await context.endSnapshot();
  }
}

/** What the caller may know of errors. */
function visible(result: ExecutionResult, context: Context): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    const meant = toClientError(error);
    if (!maskError(meant, '').isKnown) logUnknownError(meant, context);
    const { message, path, extensions } = formatClientError(
      meant.toJSON() as GraphQLFormattedError,
      context.requestId,
    );
    return new GraphQLError(message, {
      path: path as (string | number)[],
      extensions: extensions ?? {},
    });
  });
  return { ...result, errors };
}

/** A stream that ends at once when its reader leaves, also while it waits: a generator alone would wait for the next message. */
export function abortableStream<T>(
  make: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncIterableIterator<T> {
  const stop = new AbortController();
  const generator = make(stop.signal);
  const stream: AsyncIterableIterator<T> = {
    next: () => generator.next() as Promise<IteratorResult<T>>,
    return: async () => {
      stop.abort();
      await generator.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
