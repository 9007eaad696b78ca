import {
  GraphQLError,
  GraphQLScalarType,
  Kind,
  type ValueNode,
  valueFromASTUntyped,
} from 'graphql';

const fail = (name: string, shape: string): never => {
  throw new GraphQLError(`${name} must be ${shape}.`, { extensions: { code: 'BAD_USER_INPUT' } });
};

/** A scalar that is a string in JSON; `parse` returns undefined for an invalid one. */
function textScalar<T>(
  name: string,
  description: string,
  shape: string,
  parse: (text: string) => T | undefined,
): GraphQLScalarType<T> {
  const read = (value: unknown): T =>
    (typeof value === 'string' ? parse(value) : undefined) ?? fail(name, shape);
  return new GraphQLScalarType<T>({
    name,
    description,
    serialize: (value) => value as T,
    parseValue: read,
    parseLiteral: (node) => (node.kind === Kind.STRING ? read(node.value) : fail(name, shape)),
  });
}

const INSTANT = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?(Z|[+-]\d{2}:\d{2})$/;

const parseInstant = (text: string): Date | undefined => {
  const date = INSTANT.test(text) ? new Date(text) : undefined;
  const year = date?.getUTCFullYear() ?? Number.NaN;
  return year >= 1900 && year <= 2999 ? date : undefined;
};

export const DateTime = new GraphQLScalarType<Date, string>({
  name: 'DateTime',
  description:
    'An instant in ISO 8601, returned in UTC with milliseconds: `2027-01-31T08:30:00.000Z`. Years 1900 to 2999.',
  serialize: (value) => (value instanceof Date ? value : new Date(value as string)).toISOString(),
  parseValue: (value) =>
    (typeof value === 'string' && parseInstant(value)) ||
    fail('DateTime', 'an instant such as 2027-01-31T08:30:00Z'),
  parseLiteral: (node) =>
    (node.kind === Kind.STRING && parseInstant(node.value)) ||
    fail('DateTime', 'an instant such as 2027-01-31T08:30:00Z'),
});

export const DateScalar = textScalar(
  'Date',
  'A day without time zone: `2027-01-31`.',
  'a day such as 2027-01-31',
  (text) =>
    /^\d{4}-\d{2}-\d{2}$/.test(text) && new Date(text).toISOString().startsWith(text)
      ? text
      : undefined,
);

const DURATION =
  /^P(?=\d|T\d)(?:(\d{1,5})W)?(?:(\d{1,6})D)?(?:T(?=\d)(?:(\d{1,6})H)?(?:(\d{1,8})M)?(?:(\d{1,9})S)?)?$/;

/** Milliseconds of an ISO 8601 duration of weeks to seconds; undefined for any other text. */
export function durationToMs(duration: string): number | undefined {
  const match = DURATION.exec(duration);
  if (!match) return undefined;
  const [weeks, days, hours, minutes, seconds] = match
    .slice(1)
    .map((part) => Number(part ?? 0)) as [number, number, number, number, number];
  return ((((weeks * 7 + days) * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
}

export const Duration = textScalar(
  'Duration',
  'A duration in ISO 8601, in weeks, days, hours, minutes and seconds: `PT6H`, `P28D`.',
  'a duration such as PT6H or P28D',
  (text) => (durationToMs(text) === undefined ? undefined : text),
);

export const CursorScalar = textScalar(
  'Cursor',
  'A position in the event log of the workspace. Opaque; grows with time.',
  'a cursor returned by the API',
  (text) => (/^[\w-]{1,64}$/.test(text) ? text : undefined),
);

export const ScopeScalar = textScalar(
  'Scope',
  'A permission of a token, such as `tickets:read`: `read` or `write` of tickets, customers, articles, reports, apps or settings, and `tickets:import`.',
  'a scope such as tickets:read',
  (text) => (/^[a-z]{1,20}:[a-z]{1,20}$/.test(text) ? text : undefined),
);

const MAX_TIME_ZONE_LENGTH = 64;
const MAX_CACHED_TIME_ZONES = 2000;
const timeZoneCache = new Map<string, boolean>();
const isTimeZone = (timeZone: string): boolean => {
  if (timeZone.length > MAX_TIME_ZONE_LENGTH) return false;
  let isValid = timeZoneCache.get(timeZone);
  if (isValid === undefined) {
    try {
      const { timeZone: resolved } = new Intl.DateTimeFormat('en', { timeZone }).resolvedOptions();
      // Offsets such as +02:00 are valid for Intl, but no IANA time zones.
      isValid = !/^[+-]/.test(resolved);
    } catch {
      isValid = false;
    }
    if (timeZoneCache.size < MAX_CACHED_TIME_ZONES) timeZoneCache.set(timeZone, isValid);
  }
  return isValid;
};

export const TimeZone = textScalar(
  'TimeZone',
  'An IANA time zone: `Europe/Ljubljana`.',
  'a time zone such as Europe/Ljubljana',
  (text) => (isTimeZone(text) ? text : undefined),
);

export const Locale = textScalar(
  'Locale',
  'A language tag (BCP 47): `pt-BR`, `zh-Hant`, `sl`.',
  'a language tag such as pt-BR',
  (text) => {
    try {
      return text.length <= 35 ? Intl.getCanonicalLocales(text)[0] : undefined;
    } catch {
      return undefined;
    }
  },
);

export const EventType = textScalar(
  'EventType',
  'The name of an event type, `ticket.created`. The same in subscriptions, webhooks and exports.',
  'the name of an event type such as ticket.created',
  (text) => (/^[a-z_]{1,40}\.[a-z_]{1,40}$/.test(text) ? text : undefined),
);

export const Json = new GraphQLScalarType({
  name: 'JSON',
  description: 'Any JSON value. Where it holds a filter, the field describes its shape.',
  serialize: (value) => value,
  parseValue: (value) => value,
  parseLiteral: (node: ValueNode, variables) => valueFromASTUntyped(node, variables),
});
