import type { Desk, Persona } from '../fixtures/desk.ts';
import { waitFor } from '../platform/wait-for.ts';

/** Reads all event ids that the caller can see from the query `ticketEvents`, in order. */
export async function loggedEventIds(
  desk: Desk,
  who: Persona,
  filters: { filter?: object; types?: string[]; after?: string } = {},
): Promise<string[]> {
  const query = `query ($filter: TicketFilter, $types: [EventType!], $after: Cursor) {
    ticketEvents(filter: $filter, types: $types, after: $after, first: 100) { nodes { id } pageInfo { hasNextPage endCursor } } }`;
  const ids: string[] = [];
  for (let after: string | null | undefined = filters.after, more = true; more;) {
    const { ticketEvents }: Page = await desk.data<Page>(who, query, { ...filters, after });
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

/**
 * Repeats a mutation, with the same idempotency key where it has one, until there is a response.
 */
export const mutateUntilAnswered = <Payload>(
  desk: Desk,
  who: Persona,
  name: string,
  input: object,
  selection = '',
): Promise<Payload> =>
  waitFor(
    `${name} of ${who}`,
    async () => {
      const payload = await desk
        .tryMutate<Payload>(who, name, input, selection)
        .catch(() => undefined);
      if (payload?.userErrors.length)
        throw new Error(`${name} is refused: ${JSON.stringify(payload.userErrors)}`);
      return payload;
    },
    60_000,
  );
