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
import type { Disposable, SubscribePayload } from 'graphql-ws';
import { useServer } from 'graphql-ws/use/ws';
import { type WebSocket, WebSocketServer } from 'ws';
import type { Actor } from '../auth/access.ts';
import { type ActorVerifier, bearerToken } from '../auth/token.ts';
import { isDatabaseUnavailable, retryWhileUnavailable } from '../core/database-errors.ts';
import { graphqlError, maskError } from '../core/errors.ts';
import type { Context } from '../database/context.ts';
import { formatClientError, logUnexpectedError, toClientError } from './server.ts';

/**
 * One message of a subscription. Without `message` it is a checkpoint: up to `cursor`, the stream
 * has no message for this subscriber.
 */
export interface StreamMessage {
  /** The root value. */
  message?: unknown;
  /** The cursor to resume from after this message. */
  cursor: string;
  /** On a checkpoint: the query that reloads the state when the stream cannot be resumed. */
  resyncQuery?: string;
  /** Primes the context with entities that are already loaded. */
  prepare?: (ctx: Context) => void;
}

export interface SubscriptionServerOptions {
  http: Server;
  schema: GraphQLSchema;
  verifyActor: ActorVerifier;
  contextFor: (actor: Actor, headers: IncomingHttpHeaders) => Context;
}

const PATH = '/graphql';
const MAX_MESSAGE_BYTES = 1024 * 1024;
const MAX_QUERY_TOKENS = 10_000;
const CLOSE_TIMEOUT_MS = 1_000;
/** Service Restart: the stream has not ended and continues on another connection. */
const CLOSE_SERVICE_RESTART = 1012;
/** Delay before a failed stream is closed; a client that reconnects at once would fail again. */
const CLOSE_DELAY_MS = 1_000;

interface ConnectionState {
  socket: WebSocket;
  actor?: Actor | undefined;
  headers?: IncomingHttpHeaders;
}

/**
 * Serves subscriptions to other services over graphql-transport-ws. The payload of
 * `connection_init` holds the internal token as `authorization` and replaces HTTP headers. The
 * cursor of a message is in `extensions.cursor`, whatever the client selects; a checkpoint may also
 * have `extensions.resyncQuery`.
 */
export class SubscriptionServer {
  readonly #options: SubscriptionServerOptions;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MAX_MESSAGE_BYTES });
  readonly #socketOf = new WeakMap<Context, WebSocket>();
  readonly #server: Disposable;

  constructor(options: SubscriptionServerOptions) {
    this.#options = options;
    options.http.on('upgrade', (request, socket, head) => {
      if (request.url?.split('?', 1)[0] !== PATH) return socket.destroy();
      this.#sockets.handleUpgrade(request, socket, head, (opened) =>
        this.#sockets.emit('connection', opened, request),
      );
    });
    this.#server = useServer<
      Record<string, unknown>,
      Record<PropertyKey, unknown> & ConnectionState
    >(
      {
        onConnect: ({ connectionParams, extra }) => this.#connect(connectionParams ?? {}, extra),
        onSubscribe: ({ extra }, _, payload) => this.#prepare(payload, extra),
        subscribe: (args) => subscribe(args, (ctx) => this.#closeSocket(ctx)),
        onError: (_, __, ___, errors) => errors.map((error) => error.toJSON()),
      },
      this.#sockets,
    );
  }

  async close(): Promise<void> {
    const timer = setTimeout(
      () => this.#sockets.clients.forEach((socket) => socket.terminate()),
      CLOSE_TIMEOUT_MS,
    );
    await this.#server.dispose();
    clearTimeout(timer);
  }

  async #connect(params: Record<string, unknown>, state: ConnectionState): Promise<boolean> {
    state.actor = await this.#options.verifyActor(
      bearerToken(params['authorization'] as string | undefined),
    );
    state.headers = params as IncomingHttpHeaders;
    return Boolean(state.actor);
  }

  #prepare(
    { query, variables, operationName }: SubscribePayload,
    { actor, headers, socket }: ConnectionState,
  ): ExecutionArgs | readonly GraphQLError[] {
    const { schema, contextFor } = this.#options;
    const document = parseQuery(query);
    if (document instanceof GraphQLError) return [document];
    const errors = validate(schema, document);
    if (errors.length) return errors.map((error) => graphqlError('BAD_USER_INPUT', error.message));
    if (getOperationAST(document, operationName)?.operation !== OperationTypeNode.SUBSCRIPTION)
      return [graphqlError('BAD_USER_INPUT', 'Only subscriptions are supported here.')];
    const ctx = contextFor(actor!, headers!);
    this.#socketOf.set(ctx, socket);
    return {
      schema,
      document,
      operationName,
      variableValues: variables,
      contextValue: ctx,
    };
  }

  #closeSocket(ctx: Context): void {
    this.#socketOf.get(ctx)!.close(CLOSE_SERVICE_RESTART, 'Reconnect');
  }
}

function parseQuery(query: string) {
  try {
    return parse(query, { maxTokens: MAX_QUERY_TOKENS });
  } catch (error) {
    return graphqlError('BAD_USER_INPUT', (error as Error).message);
  }
}

/**
 * Like `subscribe` of graphql-js, but each message gets its own context and is read at its own
 * time. While the database is unavailable, a message waits. When a stream fails otherwise, `close`
 * closes its socket, so that the client reconnects with its last cursor.
 */
async function subscribe(
  args: ExecutionArgs,
  close: (ctx: Context) => void,
): Promise<AsyncIterableIterator<ExecutionResult> | ExecutionResult> {
  const ctx = args.contextValue as Context;
  const stopping = new AbortController();
  const source = await openSource(args, ctx);
  if (!(Symbol.asyncIterator in source)) return maskErrors(source, ctx);
  const messages = source[Symbol.asyncIterator]() as AsyncIterator<StreamMessage>;
  const end = { value: undefined, done: true } as const;
  const stream: AsyncIterableIterator<ExecutionResult> = {
    next: async () => {
      try {
        const { value, done } = await messages.next();
        if (done) return end;
        const render = (): Promise<ExecutionResult> => executeMessage(args, value, ctx);
        return { value: await retryWhileUnavailable(render, stopping.signal), done: false };
      } catch (error) {
        if (stopping.signal.aborted) return end;
        ctx.log.error({ requestId: ctx.requestId, err: error }, 'subscription failed');
        await sleep(CLOSE_DELAY_MS, undefined, { signal: stopping.signal }).catch(() => {});
        close(ctx);
        return end;
      }
    },
    return: async () => {
      stopping.abort();
      await messages.return?.();
      return end;
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}

async function openSource(
  args: ExecutionArgs,
  ctx: Context,
): Promise<AsyncIterable<unknown> | ExecutionResult> {
  try {
    return await createSourceEventStream(args);
  } finally {
    await ctx.endSnapshot();
  }
}

async function executeMessage(
  args: ExecutionArgs,
  { message, cursor, resyncQuery, prepare }: StreamMessage,
  opening: Context,
): Promise<ExecutionResult> {
  if (message === undefined) return { extensions: { cursor, ...(resyncQuery && { resyncQuery }) } };
  const ctx = opening.fork();
  prepare?.(ctx);
  try {
    const result = await execute({ ...args, rootValue: message, contextValue: ctx });
    const unavailable = result.errors?.find(({ originalError }) =>
      isDatabaseUnavailable(originalError),
    );
    if (unavailable) throw unavailable;
    return { ...maskErrors(result, ctx), extensions: { cursor } };
  } finally {
    await ctx.endSnapshot();
  }
}

/** Replaces errors by what the client may read, and logs unexpected ones. */
function maskErrors(result: ExecutionResult, ctx: Context): ExecutionResult {
  if (!result.errors) return result;
  const errors = result.errors.map((error) => {
    const clientError = toClientError(error);
    if (!maskError(clientError, '').isKnown) logUnexpectedError(clientError, ctx);
    const { message, path, extensions } = formatClientError(
      clientError.toJSON() as GraphQLFormattedError,
      ctx.requestId,
    );
    return new GraphQLError(message, {
      path: path as (string | number)[],
      extensions: extensions ?? {},
    });
  });
  return { ...result, errors };
}

/**
 * Makes a stream of a generator that ends at once when the client leaves. A generator alone would
 * first wait for its next message.
 */
export function abortableStream<T>(
  generate: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
): AsyncIterableIterator<T> {
  const stopping = new AbortController();
  const generator = generate(stopping.signal);
  const stream: AsyncIterableIterator<T> = {
    next: () => generator.next() as Promise<IteratorResult<T>>,
    return: async () => {
      stopping.abort();
      await generator.return();
      return { value: undefined, done: true };
    },
    [Symbol.asyncIterator]: () => stream,
  };
  return stream;
}
