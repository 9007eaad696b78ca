import type { Desk, Who } from '../fixtures/desk.ts';
import { until } from '../platform/wait-for.ts';

/** All that the log holds for a caller, by the query that catches up: the ids in their order. */
export async function logged(
  desk: Desk,
  who: Who,
  asked: { filter?: object; types?: string[]; after?: string } = {},
): Promise<string[]> {
  const query = `query ($filter: TicketFilter, $types: [EventType!], $after: Cursor) {
    ticketEvents(filter: $filter, types: $types, after: $after, first: 100) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
  const ids: string[] = [];
  for (let after: string | null | undefined = asked.after, more = true; more;) {
    const { ticketEvents }: Page = await desk.data<Page>(who, query, { ...asked, after });
    ids.push(...ticketEvents.nodes.map(({ id }) => id));
    more = ticketEvents.pageInfo.hasNextPage;
    after = ticketEvents.pageInfo.endCursor ?? after;
  }
  return ids;
}
interface Page {
  ticketEvents: {
    nodes: { id: string }[];
    pageInfo: { hasNextPage: boolean; endCursor: string | null };
  };
}

/** A mutation of a client that asks again until it has an answer, with the same key where it has one. */
export const insisted = <Payload>(
  desk: Desk,
  who: Who,
  name: string,
  input: object,
  selection = '',
): Promise<Payload> =>
  until(
    `${name} of ${who}`,
    async () => {
      const payload = await desk
        .change<Payload>(who, name, input, selection)
        .catch(() => undefined);
      if (payload?.userErrors.length)
        throw new Error(`${name} is refused: ${JSON.stringify(payload.userErrors)}`);
      return payload;
    },
    60_000,
  );
