import type { GraphQLFormattedError } from 'graphql';
import type { LiveLimits } from '../live-limits.ts';
import type { Entry } from '../streams/ring.ts';

type Errors = readonly GraphQLFormattedError[];

/** How results stand in the body of a response that stays open. */
export interface Framing {
  contentType: string;
  /** Begins the body, for what stands between waits for its first bytes. */
  begin: string;
  /** The same bytes for all clients. */
  next(entry: Entry): Buffer;
  /** Says from where to go on before anything has come, where that can be said. */
  passed?: (cursor: string) => string | undefined;
  /** Says that the connection lives. */
  beat: string;
  beatMs: (limits: LiveLimits) => number;
  /** Nothing more comes, for these reasons if any. */
  end(errors?: Errors): string;
  /** The client is to come back after so many milliseconds, and go on. */
  away(errors: Errors, retryMs: number): string;
}

const shared = (frame: (entry: Entry) => string): ((entry: Entry) => Buffer) => {
  const kept = new WeakMap<Entry, Buffer>();
  return (entry) => {
    const known = kept.get(entry);
    if (known) return known;
    const bytes = Buffer.from(frame(entry));
    kept.set(entry, bytes);
    return bytes;
  };
};

const event = (data: string): string => `event: next\ndata: ${data}\n\n`;
const canBeId = (cursor: string | undefined): cursor is string =>
  cursor !== undefined && !/[\r\n\0]/.test(cursor);

/**
 * Server-sent events, by the distinct connections mode of the protocol GraphQL over SSE. The id of an event is its cursor: a browser's
 * EventSource gives the last one back when it connects again. Without `complete` it does so by itself.
 */
export const serverSentEvents: Framing = {
  contentType: 'text/event-stream; charset=utf-8',
  begin: ':\n\n',
  next: shared(({ json, cursor }) => `${canBeId(cursor) ? `id: ${cursor}\n` : ''}${event(json)}`),
  passed: (cursor) => (canBeId(cursor) ? `id: ${cursor}\n\n` : undefined),
  beat: ':\n\n',
  beatMs: ({ pingMs }) => pingMs,
  end: (errors) =>
    `${errors?.length ? event(JSON.stringify({ errors })) : ''}event: complete\ndata: \n\n`,
  away: (_, retryMs) => `retry: ${retryMs}\n\n`,
};

const DELIMITER = '\r\n--graphql';
const part = (json: string): string =>
  `\r\ncontent-type: application/json; charset=utf-8\r\n\r\n${json}${DELIMITER}`;
const failed = (errors: Errors): string => part(JSON.stringify({ payload: null, errors }));

/** Parts of a multipart body, as Apollo's clients read subscriptions. The delimiter follows each part at once, for it is what makes a client read it. */
export const multipart: Framing = {
  contentType: 'multipart/mixed;boundary="graphql";subscriptionSpec="1.0"',
  begin: DELIMITER,
  next: shared(({ json }) => part(`{"payload":${json}}`)),
  beat: part('{}'),
  beatMs: ({ heartbeatMs }) => heartbeatMs,
  end: (errors) => `${errors?.length ? failed(errors) : ''}--\r\n`,
  away: (errors) => `${failed(errors)}--\r\n`,
};

interface Range {
  type: string;
  parameters: Record<string, string>;
  weight: number;
}

function rangesOf(accept: string): Range[] {
  return accept.split(',').map((text) => {
    const [type = '', ...rest] = text.split(';').map((word) => word.trim());
    const parameters = Object.fromEntries(
      rest.map((word) => {
        const [name = '', value = ''] = word.split('=');
        return [name.toLowerCase(), value.replace(/^"(.*)"$/, '$1')];
      }),
    );
    return { type: type.toLowerCase(), parameters, weight: Number(parameters['q'] ?? 1) };
  });
}

const framingFor = ({ type, parameters, weight }: Range): Framing | undefined => {
  if (!(weight > 0)) return undefined;
  if (type === 'text/event-stream') return serverSentEvents;
  return type === 'multipart/mixed' && parameters['subscriptionspec'] === '1.0'
    ? multipart
    : undefined;
};

const SINGLE = new Set([
  'application/json',
  'application/graphql-response+json',
  'application/*',
  '*/*',
]);

/** The stream that a client takes best, if any, and whether it takes nothing else. */
export function accepted(
  accept: string | undefined,
): { framing: Framing; isOnly: boolean } | undefined {
  const ranges = rangesOf(accept ?? '').toSorted((a, b) => b.weight - a.weight);
  const framing = ranges.map(framingFor).find((found) => found !== undefined);
  return (
    framing && {
      framing,
      isOnly: !ranges.some(({ type, weight }) => weight > 0 && SINGLE.has(type)),
    }
  );
}
