import type { GraphQLFormattedError } from 'graphql';
import type { LiveLimits } from '../live-limits.ts';
import type { RenderedEvent } from '../streams/ring.ts';

type Errors = readonly GraphQLFormattedError[];

/** Format of the results in the body of a streaming response. */
export interface Framing {
  contentType: string;
  /** The first bytes of the body. Proxies forward the response only when it has some. */
  preamble: string;
  /** The frame of an event: the same bytes for all clients. */
  frame(event: RenderedEvent): Buffer;
  /** Announces a cursor without an event, in formats that can do so. */
  cursorFrame?: (cursor: string) => string | undefined;
  heartbeat: string;
  heartbeatIntervalMs: (limits: LiveLimits) => number;
  /** The end of the stream; with errors when it failed. */
  end(errors?: Errors): string;
  /** The end of a response whose client is to reconnect after `retryMs` and resume. */
  endForReconnect(errors: Errors, retryMs: number): string;
}

/** Frames each event once for all clients. */
const memoizeFrames = (
  frame: (event: RenderedEvent) => string,
): ((event: RenderedEvent) => Buffer) => {
  const frames = new WeakMap<RenderedEvent, Buffer>();
  return (event) => {
    let bytes = frames.get(event);
    if (!bytes) frames.set(event, (bytes = Buffer.from(frame(event))));
    return bytes;
  };
};

const nextEvent = (data: string): string => `event: next\ndata: ${data}\n\n`;
const canBeEventId = (cursor: string | undefined): cursor is string =>
  cursor !== undefined && !/[\r\n\0]/.test(cursor);

/**
 * Server-sent events, by the distinct connections mode of GraphQL over SSE. The id of an event is
 * its cursor: an EventSource sends the last id when it reconnects, which it does by itself unless
 * it got `complete`.
 */
export const serverSentEvents: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  preamble: ':\n\n',
  frame: memoizeFrames(
    ({ json, cursor }) => `${canBeEventId(cursor) ? `id: ${cursor}\n` : ''}${nextEvent(json)}`,
  ),
  cursorFrame: (cursor) => (canBeEventId(cursor) ? `id: ${cursor}\n\n` : undefined),
  heartbeat: ':\n\n',
  heartbeatIntervalMs: ({ pingIntervalMs }) => pingIntervalMs,
  end: (errors) =>
    `${errors?.length ? nextEvent(JSON.stringify({ errors })) : ''}event: complete\ndata: \n\n`,
  endForReconnect: (_, retryMs) => `retry: ${retryMs}\n\n`,
};

const DELIMITER = '\r\n--graphql';
const part = (json: string): string =>
  `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}${DELIMITER}`;
const errorPart = (errors: Errors): string => part(JSON.stringify({ payload: null, errors }));

/**
 * Multipart body, by Apollo's protocol for subscriptions over HTTP. Each part is followed by the
 * delimiter at once, because a client reads a part only when it has the delimiter.
 */
export const multipart: Framing = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  preamble: DELIMITER,
  frame: memoizeFrames(({ json }) => part(`{"payload":${json}}`)),
  heartbeat: part('{}'),
  heartbeatIntervalMs: ({ heartbeatIntervalMs }) => heartbeatIntervalMs,
  end: (errors) => `${errors?.length ? errorPart(errors) : ''}--\r\n`,
  endForReconnect: (errors) => `${errorPart(errors)}--\r\n`,
};

/** One media range of an `Accept` header. */
interface MediaRange {
  type: string;
  parameters: Record<string, string>;
  weight: number;
}

function parseAccept(accept: string): MediaRange[] {
  return accept.split(',').map((text) => {
    const [type = '', ...parameterTexts] = text.split(';').map((part) => part.trim());
    const parameters = Object.fromEntries(
      parameterTexts.map((parameter) => {
        const [name = '', value = ''] = parameter.split('=');
        return [name.toLowerCase(), value.replace(/^"(.*)"$/, '$1')];
      }),
    );
    return { type: type.toLowerCase(), parameters, weight: Number(parameters['q'] ?? 1) };
  });
}

const framingFor = ({ type, parameters, weight }: MediaRange): Framing | undefined => {
  if (!(weight > 0)) return undefined;
  if (type === 'text/event-stream') return serverSentEvents;
  return type === 'multipart/mixed' && parameters['subscriptionspec'] === '1.0'
    ? multipart
    : undefined;
};

/** Media ranges that allow a response with one JSON result. */
const JSON_RANGES = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  '*/*',
]);

export interface AcceptedFraming {
  framing: Framing;
  /** Whether the client accepts no response with one JSON result. */
  isOnly: boolean;
}

/** The streaming format that the client prefers. Undefined when it accepts none. */
export function acceptedFraming(accept: string | undefined): AcceptedFraming | undefined {
  const ranges = parseAccept(accept ?? '').toSorted((a, b) => b.weight - a.weight);
  const framing = ranges.map(framingFor).find((candidate) => candidate !== undefined);
  if (!framing) return undefined;
  const isOnly = !ranges.some(({ type, weight }) => weight > 0 && JSON_RANGES.has(type));
  return { framing, isOnly };
}
