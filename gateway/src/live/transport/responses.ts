import type { IncomingMessage, ServerResponse } from 'node:http';
import { GraphQLError } from 'graphql';
import { graphqlError } from '@deskgraph/common/core/errors';
import { sendJson } from '@deskgraph/common/http/serve';
import { httpStatusOf } from '../../http/admission-plugin.ts';
import { acceptedLanguage, passesCsrfCheck } from '../../http/headers.ts';
import type { Identify } from '../../auth/identity.ts';
import type { LiveEngine } from '../engine.ts';
import type { LiveLimits } from '../live-limits.ts';
import type { OperationRequest, ParsedOperation, ParsedSubscription } from '../operation/parse.ts';
import { type ConnectionLimiter, closeStaggered } from './connection-limits.ts';
import { type Framing, acceptedFraming, multipart, serverSentEvents } from './framing.ts';
import { StreamingResponse } from './response.ts';
import { ClientSession } from './session.ts';
import { ClientSubscription } from './subscription.ts';

export interface HttpStreamTransportOptions {
  engine: LiveEngine;
  identify: Identify;
  needsSignIn: boolean;
  limits: LiveLimits;
  connections: ConnectionLimiter;
}

/** Delay after which a client reconnects to a restarting process: random, to spread the load. */
const MIN_RECONNECT_DELAY_MS = 500;
const RECONNECT_SPREAD_MS = 2_000;

/** One HTTP request, with the streaming format that its client prefers. */
interface Exchange {
  request: IncomingMessage;
  response: ServerResponse;
  framing: Framing;
}

/**
 * Streaming responses at `/graphql`: the results of one operation follow each other in one
 * response, as server-sent events or as parts of a multipart body.
 *
 * Life of a response: the request is parsed and its caller signed in (refused with an HTTP status
 * until here); results and heartbeats follow; the response ends with the operation, the session or
 * the connection. A client that does not read for `slowClientTimeoutMs` is disconnected.
 *
 * Graceful shutdown: new streams are refused with 503, open ones end one after another and give
 * their clients a reconnect delay and a cursor.
 */
export class HttpStreamTransport {
  readonly #options: HttpStreamTransportOptions;
  readonly #open = new Set<StreamingResponse>();
  readonly #heartbeats: NodeJS.Timeout[];
  #isStopping = false;

  constructor(options: HttpStreamTransportOptions) {
    this.#options = options;
    this.#heartbeats = [serverSentEvents, multipart].map((framing) =>
      setInterval(
        () => this.#sendHeartbeats(framing),
        framing.heartbeatIntervalMs(options.limits),
      ).unref(),
    );
  }

  /**
   * Answers a request whose client wants a stream. False when the client did not ask for one, or
   * accepts JSON too and one JSON result is enough; nothing is written then.
   */
  async handle(
    request: IncomingMessage,
    response: ServerResponse,
    params: unknown,
  ): Promise<boolean> {
    const accepted = acceptedFraming(request.headers.accept);
    if (!accepted || !['GET', 'POST'].includes(request.method!)) return false;
    if (response.destroyed) return true;
    const { framing, isOnly } = accepted;
    const operationRequest = parseParams(params);
    const error = operationRequest ? refusalOf(request) : MALFORMED;
    if (!operationRequest || error) {
      if (isOnly) refuse(response, error!);
      return isOnly;
    }

    const { engine } = this.#options;
    let operation: ParsedOperation;
    try {
      operation = engine.parse(operationRequest);
    } catch (parseError) {
      if (!isOnly) return false;
      // GraphQL over SSE wants these errors inside the stream: an EventSource reads nothing else.
      const { errors } = parseError as AggregateError;
      this.#openResponse(response, framing).end(engine.toClientErrors(errors));
      return true;
    }
    const { compiled } = operation;
    if (compiled)
      await this.#streamSubscription({ request, response, framing }, { ...operation, compiled });
    else if (!isOnly) return false;
    else await this.#sendSingleResult({ request, response, framing }, operation);
    return true;
  }

  /** Refuses new streams and ends the open ones. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const heartbeat of this.#heartbeats) clearInterval(heartbeat);
    await closeStaggered(this.#open, async (stream) => {
      const cursor = stream.subscription?.cursor;
      const restarting = graphqlError(
        'UNAVAILABLE',
        'The service restarts; continue from the cursor.',
        cursor === undefined ? {} : { cursor },
      );
      const retryMs = MIN_RECONNECT_DELAY_MS + Math.floor(Math.random() * RECONNECT_SPREAD_MS);
      stream.endForReconnect([restarting.toJSON()], retryMs);
      await stream.closed;
    });
  }

  async #streamSubscription(
    { request, response, framing }: Exchange,
    operation: ParsedSubscription,
  ): Promise<void> {
    const { engine, identify, needsSignIn, limits, connections } = this.#options;
    if (this.#isStopping || connections.isFull)
      return refuse(response, graphqlError('UNAVAILABLE'));
    connections.acquire();
    response.once('close', () => connections.release());
    let stream: StreamingResponse | undefined;
    let session: ClientSession;
    try {
      session = await ClientSession.open(request.headers.authorization, needsSignIn, {
        identify,
        rightsCheckIntervalMs: limits.rightsCheckIntervalMs,
        // A response has one token for its whole life.
        onTokenRightsChanged: () => {},
        onRightsChanged: () => stream?.subscription?.rightsChanged(),
        onEnded: (reason) => stream?.end([graphqlError('UNAUTHENTICATED', reason).toJSON()]),
      });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return refuse(response, error);
    }
    const { subject } = session;
    if (this.#isStopping || response.destroyed || !connections.acquireFor(subject)) {
      session.close();
      return refuse(response, this.#isStopping ? graphqlError('UNAVAILABLE') : tooMany());
    }
    response.once('close', () => {
      session.close();
      connections.releaseFor(subject);
    });
    stream = this.#openResponse(response, framing);
    stream.subscription = new ClientSubscription({
      engine,
      operation,
      session,
      language: acceptedLanguage(request),
      writer: stream,
    });
    const lastEventId = request.headers['last-event-id'];
    stream.subscription.start(
      typeof lastEventId === 'string' && lastEventId !== '' ? lastEventId : undefined,
    );
  }

  /** Sends the result of a query or mutation as a stream of one event. */
  async #sendSingleResult(
    { request, response, framing }: Exchange,
    operation: ParsedOperation,
  ): Promise<void> {
    if (request.method === 'GET' && operation.kind === 'mutation') {
      response.setHeader('allow', 'POST');
      return refuse(response, graphqlError('BAD_USER_INPUT', 'A mutation needs POST.'), 405);
    }
    const { authorization } = request.headers;
    const result = await this.#options.engine.execute(operation.request, authorization, request);
    if (response.destroyed) return;
    const stream = this.#openResponse(response, framing);
    stream.write({ json: JSON.stringify(result), cursor: undefined });
    stream.end();
  }

  #openResponse(response: ServerResponse, framing: Framing): StreamingResponse {
    const stream = new StreamingResponse(response, framing, this.#options.limits.maxUnsentBytes);
    this.#open.add(stream);
    void stream.closed.then(() => {
      this.#open.delete(stream);
      stream.subscription?.stop();
    });
    return stream;
  }

  #sendHeartbeats(framing: Framing): void {
    const { slowClientTimeoutMs } = this.#options.limits;
    for (const stream of this.#open) {
      if (stream.framing !== framing) continue;
      const { slowSince } = stream;
      if (slowSince !== undefined && performance.now() - slowSince > slowClientTimeoutMs)
        stream.destroy();
      else stream.heartbeat();
    }
  }
}

const MALFORMED = graphqlError('BAD_USER_INPUT', 'The request is not well formed.');

function parseParams(params: unknown): OperationRequest | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const { query, operationName, variables } = params as Record<string, unknown>;
  if (typeof query !== 'string' || typeof (operationName ?? '') !== 'string') return undefined;
  if (typeof (variables ?? {}) !== 'object' || Array.isArray(variables)) return undefined;
  return params as OperationRequest;
}

/** Refuses requests that a page of another origin can send without a preflight. */
const refusalOf = (request: IncomingMessage): GraphQLError | undefined =>
  passesCsrfCheck(request)
    ? undefined
    : graphqlError(
        'BAD_USER_INPUT',
        'A GET needs the header apollo-require-preflight or authorization.',
      );

const tooMany = (): GraphQLError =>
  graphqlError('THROTTLED', undefined, { reason: 'TOO_MANY_CONNECTIONS' });

const refuse = (
  response: ServerResponse,
  error: GraphQLError,
  status = httpStatusOf(error),
): void => {
  if (status === 503) response.setHeader('retry-after', '1');
  sendJson(response, status, { errors: [error] });
};
