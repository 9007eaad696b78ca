/** What a client knows of a live list. */
export interface ListView<T> {
  tickets: T[];
  totalCount: number;
}

/** A message of ticketChanges, as far as a client needs it. */
export interface ListPatchMessage<T> {
  tickets: T[] | null;
  ticket: T | null;
  index: number | null;
  previousIndex: number | null;
  totalCount: number;
}

/** All that a client has to do with a message; the rule that the schema states. */
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
