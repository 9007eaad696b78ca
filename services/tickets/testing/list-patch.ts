/** The state of a live list in a client. */
export interface ListView<T> {
  tickets: T[];
  totalCount: number;
}

/** The fields of a message of ticketChanges that a client applies. */
export interface ListPatchMessage<T> {
  tickets: T[] | null;
  ticket: T | null;
  index: number | null;
  previousIndex: number | null;
  totalCount: number;
}

/** Applies a message to the list of a client, as the schema describes it. */
export function applyPatch<T>(
  list: ListView<T>,
  { tickets, ticket, index, previousIndex, totalCount }: ListPatchMessage<T>,
): ListView<T> {
  if (tickets) return { tickets: [...tickets], totalCount };
  const next = [...list.tickets];
  if (previousIndex !== null) next.splice(previousIndex, 1);
  if (index !== null) next.splice(index, 0, ticket!);
  return { tickets: next, totalCount };
}
