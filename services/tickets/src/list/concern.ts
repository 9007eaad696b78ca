import type { Actor } from '@deskgraph/common/access';
import type { Fact } from '@deskgraph/common/events';
import type { Changes } from '../ticket/fact.ts';
import type { TicketFilter } from '../ticket/filter.ts';
import { type TicketLike, fits } from '../ticket/fits.ts';

interface Told {
  state: Omit<TicketLike, 'id'>;
  changes?: Changes;
}

/** Can a fact have changed the list? It can when its ticket was one of the list before it or is after it, or only a statement could say. */
export function concerns(actor: Actor, filter: TicketFilter | null | undefined, { subject, data }: Fact): boolean {
  if (!subject.startsWith('tkt_')) return false;
  const { state, changes = {} } = data as unknown as Told;
  const after: TicketLike = { ...state, id: subject };
  const before = Object.assign({}, after, Object.fromEntries(Object.entries(changes).map(([field, [from]]) => [field, from])));
  return fits(filter, actor, after) !== false || fits(filter, actor, before) !== false;
}
