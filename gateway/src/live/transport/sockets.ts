import type { IncomingMessage, Server } from 'node:http';
import type { Duplex } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ExecutionArgs,
  type ExecutionResult,
  GraphQLError,
  type GraphQLSchema,
} from 'graphql';
import { CloseCode, type Context, handleProtocols, makeServer } from 'graphql-ws';
import { type WebSocket, WebSocketServer } from 'ws';
import { fault } from '@deskgraph/common/core/errors';
import type { Log } from '@deskgraph/common/core/log';
import type { Identify } from '../../auth/identity.ts';
import type { Compiled } from '../operation/compile.ts';
import { LEAVE_EACH_MS, LEAVE_MS, type LiveLimits } from '../live-limits.ts';
import type { Asked, Live, Result } from '../engine.ts';
import type { Places } from './connection-limits.ts';
import { Session } from './session.ts';
import { Ended, LiveSocket } from './socket.ts';

export interface SocketsOptions {
  live: Live;
  identify: Identify;
  needsSignIn: boolean;
  limits: LiveLimits;
  places: Places;
  schema: GraphQLSchema;
  log: Log;
}

type Greeting = Record<string, unknown> | undefined;
type Connected = Context<Greeting, LiveSocket>;
/** What the library carries from reading an operation to running it. */
interface Work {
  id: string;
  asked: Asked;
  socket: LiveSocket;
  result?: Result;
}

const TRY_LATER = 1013;
const RESTARTS = 1012;
const CLOSING_MS = 1_000;

const authorizationIn = (payload: Greeting): string | undefined =>
  typeof payload?.['authorization'] === 'string' ? payload['authorization'] : undefined;

const refuse = (stream: Duplex, status: string): void =>
  void stream.end(
    `HTTP/1.1 ${status}\r\nRetry-After: 1\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`,
  );

/** WebSockets of clients at `/graphql`, by the protocol graphql-transport-ws. */
export function serveSockets(
  http: Server,
  { live, identify, needsSignIn, limits, places, schema, log }: SocketsOptions,
) {
  const open = new Set<LiveSocket>();
  let isStopping = false;

  const greet = async ({ connectionParams, extra: socket }: Connected): Promise<boolean> => {
    const { ws } = socket;
    try {
      const session = await Session.open(authorizationIn(connectionParams), needsSignIn, {
        identify,
        recheckMs: limits.recheckMs,
        renewed: () => socket.rejoin(),
        changed: () => socket.rightsChanged(),
        ended: (reason) => ws.close(CloseCode.Forbidden, reason),
      });
      if (open.has(socket) && places.takeFor(session.subject)) {
        socket.session = session;
        return true;
      }
      session.close();
      ws.close(TRY_LATER, 'Too many connections of one caller.');
      return false;
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      if (error.extensions['code'] !== 'UNAUTHENTICATED') ws.close(TRY_LATER, 'Try again later.');
      return false;
    }
  };

  const begin = async (
    { extra: socket, subscriptions }: Connected,
    id: string,
    request: Asked['request'],
  ) => {
    if (Object.keys(subscriptions).length > limits.operations)
      return [
        fault('THROTTLED', `One socket carries ${limits.operations} operations.`, {
          reason: 'TOO_MANY_SUBSCRIPTIONS',
        }),
      ];
    let asked: Asked;
    try {
      asked = live.read(request);
    } catch (error) {
      return refusals((error as AggregateError).errors);
    }
    const work: Work = { id, asked, socket };
    if (!asked.compiled) {
      work.result = await live.answer(request, socket.session!.authorization, socket.request);
      if (!('data' in work.result)) return refusals(work.result.errors ?? []);
    }
    return {
      schema,
      document: asked.document,
      operationName: request.operationName,
      contextValue: work,
    };
  };
  const refusals = (errors: readonly unknown[]): GraphQLError[] =>
    errors.map((error) =>
      error instanceof Error
        ? (error as GraphQLError)
        : new GraphQLError((error as GraphQLError).message, error as GraphQLError),
    );

  const protocol = makeServer<Greeting, LiveSocket>({
    connectionInitWaitTimeout: limits.initMs,
    onConnect: greet,
    onPing: async ({ acknowledged, extra: { session } }, payload) => {
      const authorization = authorizationIn(payload);
      if (acknowledged && authorization !== undefined) await session!.renew(authorization);
    },
    onSubscribe: begin,
    execute: (args: ExecutionArgs) => (args.contextValue as Work).result as ExecutionResult,
    subscribe: (args: ExecutionArgs) => {
      const { id, asked, socket } = args.contextValue as Work;
      return socket.run(
        id,
        asked as Asked & { compiled: Compiled },
      ) as AsyncIterableIterator<ExecutionResult>;
    },
    onNext: (_context, _id, _payload, _args, result) => result as never,
    onError: (_context, _id, _payload, errors) => {
      const ended = errors[0]?.originalError;
      return ended instanceof Ended ? ended.errors : live.shown(errors);
    },
    onClose: ({ extra: { session } }) => {
      if (!session) return;
      session.close();
      places.giveBackFor(session.subject);
    },
  });

  const server = new WebSocketServer({
    noServer: true,
    handleProtocols,
    maxPayload: limits.message,
    perMessageDeflate: false,
    clientTracking: false,
    // One message at a time: the library still ends an operation when the next message, with the same id again, might be read already.
    allowSynchronousEvents: false,
  });
  const opened = (ws: WebSocket, stream: Duplex, request: IncomingMessage): void => {
    const socket = new LiveSocket(ws, stream, request, live, limits.unsent);
    open.add(socket);
    places.take();
    const closed = protocol.opened(
      {
        protocol: ws.protocol,
        send: (text) => void (ws.readyState === ws.OPEN && ws.send(text)),
        close: (code, reason) => ws.close(code, reason),
        onMessage: (read) =>
          ws.on('message', (message: Buffer) => {
            read(message.toString()).catch((error: unknown) => {
              log.error({ err: error }, 'a message of a socket could not be handled');
              ws.close(CloseCode.InternalServerError, 'Something went wrong on our side.');
            });
          }),
      },
      socket,
    );
    ws.on('error', (error) => log.debug({ err: error }, 'a socket failed'));
    ws.once('close', (code, reason) => {
      open.delete(socket);
      places.giveBack();
      closed(code, String(reason)).catch((error: unknown) =>
        log.error({ err: error }, 'a socket could not be tidied up'),
      );
    });
  };

  http.on('upgrade', (request, stream, head) => {
    stream.on('error', () => stream.destroy());
    if (request.url?.split('?', 1)[0] !== '/graphql') return refuse(stream, '404 Not Found');
    if (isStopping || places.isFull) return refuse(stream, '503 Service Unavailable');
    server.handleUpgrade(request, stream, head, (ws) => opened(ws, stream, request));
  });

  const leave = (socket: LiveSocket, code: number, reason: string): Promise<void> =>
    new Promise((resolve) => {
      const late = setTimeout(() => socket.ws.terminate(), CLOSING_MS);
      socket.ws.once('close', () => {
        clearTimeout(late);
        resolve();
      });
      socket.ws.close(code, reason);
    });

  const beat = setInterval(() => {
    for (const socket of open) {
      if (!socket.isAlive) socket.ws.terminate();
      else if (
        socket.slowSince !== undefined &&
        performance.now() - socket.slowSince > limits.slowMs
      )
        void leave(socket, TRY_LATER, 'Nothing was read for too long.');
      else {
        socket.isAlive = false;
        socket.ws.ping();
      }
    }
  }, limits.pingMs);
  beat.unref();

  return {
    /** Takes nobody any more and sends everybody away, one after another, so that they do not all come back at once. */
    async stop(): Promise<void> {
      isStopping = true;
      clearInterval(beat);
      const each = Math.min(LEAVE_EACH_MS, LEAVE_MS / Math.max(1, open.size));
      await Promise.all(
        [...open].map(async (socket, index) => {
          await sleep(index * each);
          await leave(socket, RESTARTS, 'The service restarts.');
        }),
      );
    },
  };
}
