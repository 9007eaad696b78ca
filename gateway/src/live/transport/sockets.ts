import type { IncomingMessage, Server as HttpServer } from 'node:http';
import type { Duplex } from 'node:stream';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import {
  CloseCode,
  type Context,
  type Server as ProtocolServer,
  handleProtocols,
  makeServer,
} from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import type { Identify } from '../../auth/identity.ts';
import type { LiveEngine, OperationResult } from '../engine.ts';
import type { LiveLimits } from '../live-limits.ts';
import type { OperationRequest, ParsedOperation, ParsedSubscription } from '../operation/parse.ts';
import { type ConnectionLimiter, closeStaggered } from './connection-limits.ts';
import { ClientSession } from './session.ts';
import { ClientSocket, SubscriptionEndedError } from './socket.ts';

export interface WebSocketTransportOptions {
  engine: LiveEngine;
  identify: Identify;
  needsSignIn: boolean;
  limits: LiveLimits;
  connections: ConnectionLimiter;
  schema: GraphQLSchema;
  log: Log;
}

/** Payload of `connection_init` and `ping`. */
type Payload = Record<string, unknown> | undefined;
type SocketContext = Context<Payload, ClientSocket>;

/** Context value of an operation, from its parsing to its execution by the protocol library. */
interface OperationContext {
  id: string;
  operation: ParsedOperation;
  socket: ClientSocket;
  /** Set for a query or mutation. */
  result?: OperationResult;
}

const CLOSE_TRY_LATER = 1013;
const CLOSE_RESTARTING = 1012;

/**
 * WebSockets at `/graphql`, by the protocol graphql-transport-ws.
 *
 * Life of a connection:
 * 1. Upgrade: refused with 503 when the process is full or stopping.
 * 2. `connection_init` within 5 s (`initTimeoutMs`), with the caller's token. An invalid token
 *    closes the socket with 4403, too many sockets of one caller with 1013.
 * 3. Operations: a query or mutation is executed as over HTTP; a subscription joins the hub and
 *    gets its events directly through `ClientSocket`. A `ping` with a newer token of the same
 *    caller prolongs the session.
 * 4. Pings of the server: a socket without a pong is terminated, one that does not read for
 *    `slowClientTimeoutMs` is closed with 1013.
 * 5. Close: by the client, with the token (4403), or with the process (1012).
 *
 * Graceful shutdown: new sockets are refused, open ones are closed one after another, so that their
 * clients do not all reconnect at the same moment.
 */
export class WebSocketTransport {
  readonly #options: WebSocketTransportOptions;
  readonly #protocol: ProtocolServer<ClientSocket>;
  readonly #webSockets: WebSocketServer;
  readonly #open = new Set<ClientSocket>();
  readonly #pingTimer: NodeJS.Timeout;
  #isStopping = false;

  constructor(http: HttpServer, options: WebSocketTransportOptions) {
    const { limits } = options;
    this.#options = options;
    this.#protocol = this.#createProtocol();
    this.#webSockets = new WebSocketServer({
      noServer: true,
      handleProtocols,
      maxPayload: limits.maxMessageBytes,
      perMessageDeflate: false,
      clientTracking: false,
      // The library still ends an operation when the next message could reuse its id already, so
      // messages must arrive one at a time.
      allowSynchronousEvents: false,
    });
    http.on('upgrade', (request, stream, head) => this.#upgrade(request, stream, head));
    this.#pingTimer = setInterval(() => this.#pingAll(), limits.pingIntervalMs).unref();
  }

  /** Refuses new sockets and closes the open ones. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    clearInterval(this.#pingTimer);
    await closeStaggered(this.#open, (socket) =>
      socket.close(CLOSE_RESTARTING, 'The service restarts.'),
    );
  }

  #createProtocol(): ProtocolServer<ClientSocket> {
    const { limits, engine, connections } = this.#options;
    return makeServer<Payload, ClientSocket>({
      connectionInitWaitTimeout: limits.initTimeoutMs,
      onConnect: (context) => this.#signIn(context),
      onPing: async ({ acknowledged, extra: { session } }, payload) => {
        const authorization = authorizationIn(payload);
        if (acknowledged && authorization !== undefined) await session!.renew(authorization);
      },
      onSubscribe: (context, id, request) => this.#startOperation(context, id, request),
      execute: (args: ExecutionArgs) =>
        (args.contextValue as OperationContext).result as ExecutionResult,
      subscribe: (args: ExecutionArgs) => {
        const { id, operation, socket } = args.contextValue as OperationContext;
        const events = socket.subscribe(id, operation as ParsedSubscription);
        return events as AsyncIterableIterator<ExecutionResult>;
      },
      onNext: (_context, _id, _payload, _args, result) => result as never,
      onError: (_context, _id, _payload, errors) => {
        const cause = errors[0]?.originalError;
        return cause instanceof SubscriptionEndedError
          ? cause.errors
          : engine.toClientErrors(errors);
      },
      onClose: ({ extra: { session } }) => {
        if (!session) return;
        session.close();
        connections.releaseFor(session.subject);
      },
    });
  }

  #upgrade(request: IncomingMessage, stream: Duplex, head: Buffer): void {
    stream.on('error', () => stream.destroy());
    if (request.url?.split('?', 1)[0] !== '/graphql') return refuseUpgrade(stream, '404 Not Found');
    if (this.#isStopping || this.#options.connections.isFull)
      return refuseUpgrade(stream, '503 Service Unavailable');
    this.#webSockets.handleUpgrade(request, stream, head, (ws) =>
      this.#accept(ws, stream, request),
    );
  }

  /** Connects an open socket to the protocol library. */
  #accept(ws: WebSocket, stream: Duplex, request: IncomingMessage): void {
    const { engine, limits, connections, log } = this.#options;
    const { maxUnsentBytes } = limits;
    const socket = new ClientSocket({ ws, stream, request, engine, maxUnsentBytes });
    this.#open.add(socket);
    connections.acquire();
    const onClosed = this.#protocol.opened(
      {
        protocol: ws.protocol,
        send: (text) => void (ws.readyState === ws.OPEN && ws.send(text)),
        close: (code, reason) => ws.close(code, reason),
        onMessage: (handle) =>
          ws.on('message', (message: Buffer) => {
            handle(message.toString()).catch((error: unknown) => {
              log.error({ err: error }, 'WebSocket message failed');
              ws.close(CloseCode.InternalServerError, 'Something went wrong on our side.');
            });
          }),
      },
      socket,
    );
    ws.on('error', (error) => log.debug({ err: error }, 'WebSocket error'));
    ws.once('close', (code, reason) => {
      this.#open.delete(socket);
      connections.release();
      onClosed(code, String(reason)).catch((error: unknown) =>
        log.error({ err: error }, 'WebSocket cleanup failed'),
      );
    });
  }

  /** Handles `connection_init`. False closes the socket with 4403, unless it is closed already. */
  async #signIn({ connectionParams, extra: socket }: SocketContext): Promise<boolean> {
    const { identify, needsSignIn, limits, connections } = this.#options;
    const { ws } = socket;
    try {
      const session = await ClientSession.open(authorizationIn(connectionParams), needsSignIn, {
        identify,
        rightsCheckIntervalMs: limits.rightsCheckIntervalMs,
        onTokenRightsChanged: () => socket.restartSubscriptions(),
        onRightsChanged: () => socket.rightsChanged(),
        onEnded: (reason) => ws.close(CloseCode.Forbidden, reason),
      });
      if (this.#open.has(socket) && connections.acquireFor(session.subject)) {
        socket.session = session;
        return true;
      }
      session.close();
      ws.close(CLOSE_TRY_LATER, 'Too many connections of one caller.');
      return false;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      if (error.extensions['code'] !== 'UNAUTHENTICATED')
        ws.close(CLOSE_TRY_LATER, 'Try again later.');
      return false;
    }
  }

  /** Handles `subscribe`: the arguments with which the library runs the operation, or errors. */
  async #startOperation(
    { extra: socket, subscriptions }: SocketContext,
    id: string,
    request: OperationRequest,
  ): Promise<ExecutionArgs | readonly GraphQLError[]> {
    const { engine, limits, schema } = this.#options;
    if (Object.keys(subscriptions).length > limits.maxOperationsPerSocket) {
      const message = `One socket carries ${limits.maxOperationsPerSocket} operations.`;
      return [graphqlError('THROTTLED', message, { reason: 'TOO_MANY_SUBSCRIPTIONS' })];
    }
    let operation: ParsedOperation;
    try {
      operation = engine.parse(request);
    } catch (error) {
      return toGraphQLErrors((error as AggregateError).errors);
    }
    const contextValue: OperationContext = { id, operation, socket };
    if (!operation.compiled) {
      const { authorization } = socket.session!;
      const result = await engine.execute(request, authorization, socket.request);
      if (!('data' in result)) return toGraphQLErrors(result.errors ?? []);
      contextValue.result = result;
    }
    return {
      schema,
      document: operation.document,
      operationName: request.operationName,
      contextValue,
    };
  }

  #pingAll(): void {
    const { slowClientTimeoutMs } = this.#options.limits;
    for (const socket of this.#open) {
      const { slowSince } = socket;
      if (!socket.isAlive) socket.ws.terminate();
      else if (slowSince !== undefined && performance.now() - slowSince > slowClientTimeoutMs)
        void socket.close(CLOSE_TRY_LATER, 'Nothing was read for too long.');
      else {
        socket.isAlive = false;
        socket.ws.ping();
      }
    }
  }
}

const authorizationIn = (payload: Payload): string | undefined =>
  typeof payload?.['authorization'] === 'string' ? payload['authorization'] : undefined;

const toGraphQLErrors = (errors: readonly unknown[]): GraphQLError[] =>
  errors.map((error) =>
    error instanceof Error
      ? (error as GraphQLError)
      : new GraphQLError((error as GraphQLError).message, error as GraphQLError),
  );

const refuseUpgrade = (stream: Duplex, status: string): void =>
  void stream.end(
    `HTTP/1.1 ${status}\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );
