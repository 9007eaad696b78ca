import type { IncomingMessage, ServerResponse } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { GraphQLError } from 'graphql';
import { fault } from '@deskgraph/common/core/errors';
import { answer } from '@deskgraph/common/http/serve';
import { statusOf } from '../../http/admission-plugin.ts';
import { isDeliberate, languageOf } from '../../http/headers.ts';
import type { Identify } from '../../auth/identity.ts';
import type { Compiled } from '../operation/compile.ts';
import { type Framing, accepted, multipart, serverSentEvents } from './framing.ts';
import { LEAVE_EACH_MS, LEAVE_MS, type LiveLimits } from '../live-limits.ts';
import type { Asked, Live, Request } from '../engine.ts';
import type { Places } from './connection-limits.ts';
import { LiveResponse } from './response.ts';
import { Session } from './session.ts';
import { Subscription } from './subscription.ts';

export interface ResponsesOptions {
  live: Live;
  identify: Identify;
  needsSignIn: boolean;
  limits: LiveLimits;
  places: Places;
}

/** What a client that is sent away adds to its own wait, so that not all come back at once. */
const RETRY_MS = 500;
const RETRY_SPREAD_MS = 2_000;

function requestIn(params: unknown): Request | undefined {
  if (typeof params !== 'object' || params === null) return undefined;
  const { query, operationName, variables } = params as Record<string, unknown>;
  if (typeof query !== 'string' || typeof (operationName ?? '') !== 'string') return undefined;
  if (typeof (variables ?? {}) !== 'object' || Array.isArray(variables)) return undefined;
  return params as Request;
}

const refuse = (response: ServerResponse, error: GraphQLError, status = statusOf(error)): void => {
  if (status === 503) response.setHeader('retry-after', '1');
  answer(response, status, { errors: [error] });
};

/** Operations at `/graphql` whose results come one after another in one response: server-sent events, or parts of a multipart body. */
export function serveResponses({ live, identify, needsSignIn, limits, places }: ResponsesOptions) {
  const open = new Set<LiveResponse>();
  let isStopping = false;

  const opened = (response: ServerResponse, framing: Framing): LiveResponse => {
    const stream = new LiveResponse(response, framing, limits.unsent);
    open.add(stream);
    void stream.closed.then(() => {
      open.delete(stream);
      stream.subscription?.leave();
    });
    return stream;
  };

  const follow = async (
    request: IncomingMessage,
    response: ServerResponse,
    framing: Framing,
    asked: Asked & { compiled: Compiled },
  ): Promise<void> => {
    if (isStopping || places.isFull) return refuse(response, fault('UNAVAILABLE'));
    places.take();
    response.once('close', () => places.giveBack());
    let stream: LiveResponse | undefined;
    let session: Session;
    try {
      session = await Session.open(request.headers.authorization, needsSignIn, {
        identify,
        recheckMs: limits.recheckMs,
        renewed: () => {},
        changed: () => stream?.subscription?.rightsChanged(),
        ended: (reason) => stream?.end([fault('UNAUTHENTICATED', reason).toJSON()]),
      });
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      return refuse(response, error);
    }
    const { subject } = session;
    if (isStopping || response.destroyed || !places.takeFor(subject)) {
      session.close();
      return refuse(
        response,
        isStopping
          ? fault('UNAVAILABLE')
          : fault('THROTTLED', undefined, { reason: 'TOO_MANY_CONNECTIONS' }),
      );
    }
    response.once('close', () => {
      session.close();
      places.giveBackFor(subject);
    });
    stream = opened(response, framing);
    stream.subscription = new Subscription(
      live,
      asked,
      { session, language: languageOf(request) },
      stream,
    );
    const last = request.headers['last-event-id'];
    stream.subscription.begin(typeof last === 'string' && last !== '' ? last : undefined);
  };

  const beats = [serverSentEvents, multipart].map((framing) =>
    setInterval(() => {
      for (const stream of open) {
        if (stream.framing !== framing) continue;
        if (stream.slowSince !== undefined && performance.now() - stream.slowSince > limits.slowMs)
          stream.cut();
        else stream.beat();
      }
    }, framing.beatMs(limits)).unref(),
  );

  return {
    /** Does nothing and says false when the client did not ask for a stream, or an ordinary answer does for it as well. */
    async answer(
      request: IncomingMessage,
      response: ServerResponse,
      params: unknown,
    ): Promise<boolean> {
      const wanted = accepted(request.headers.accept);
      if (!wanted || !['GET', 'POST'].includes(request.method!)) return false;
      if (response.destroyed) return true;
      const { framing, isOnly } = wanted;
      const refused = (error: GraphQLError, status?: number): boolean => {
        if (isOnly) refuse(response, error, status);
        return isOnly;
      };
      const asking = requestIn(params);
      if (!asking) return refused(fault('BAD_USER_INPUT', 'The request is not well formed.'));
      if (!isDeliberate(request))
        return refused(
          fault(
            'BAD_USER_INPUT',
            'A GET needs the header apollo-require-preflight or authorization.',
          ),
        );

      let asked: Asked;
      try {
        asked = live.read(asking);
      } catch (error) {
        if (!isOnly) return false;
        // The protocol wants what is wrong with the operation inside the stream, for a browser's EventSource can read nothing else.
        opened(response, framing).end(live.shown((error as AggregateError).errors));
        return true;
      }
      const { compiled } = asked;
      if (compiled) await follow(request, response, framing, { ...asked, compiled });
      else if (!isOnly) return false;
      else if (request.method === 'GET' && asked.kind === 'mutation') {
        response.setHeader('allow', 'POST');
        refuse(response, fault('BAD_USER_INPUT', 'A mutation comes by POST.'), 405);
      } else {
        const result = await live.answer(asking, request.headers.authorization, request);
        if (response.destroyed) return true;
        const stream = opened(response, framing);
        stream.send({ json: JSON.stringify(result), cursor: undefined });
        stream.end();
      }
      return true;
    },

    /** Takes nobody any more and sends everybody away, one after another, so that they do not all come back at once. */
    async stop(): Promise<void> {
      isStopping = true;
      for (const beat of beats) clearInterval(beat);
      const each = Math.min(LEAVE_EACH_MS, LEAVE_MS / Math.max(1, open.size));
      await Promise.all(
        [...open].map(async (stream, index) => {
          await sleep(index * each);
          const cursor = stream.subscription?.cursor;
          const restarts = fault(
            'UNAVAILABLE',
            'The service restarts; go on from the cursor.',
            cursor === undefined ? {} : { cursor },
          );
          stream.away([restarts.toJSON()], RETRY_MS + Math.floor(Math.random() * RETRY_SPREAD_MS));
          await stream.closed;
        }),
      );
    },
  };
}
export type Responses = ReturnType<typeof serveResponses>;
