import type { Actor } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import type { RawBuilder } from 'kysely';
import type { TicketFilter } from '../filter/sql.ts';
import { changedAt } from '../ticket/read-rights.ts';

/** The conditions that can be relative to now: what they decide about a ticket changes without a fact. */
type Instant = {
  [Field in keyof TicketFilter]-?: 'within' extends keyof NonNullable<TicketFilter[Field]>
    ? Field
    : never;
}[keyof TicketFilter];

export const INSTANTS: Record<Instant, (actor: Actor) => RawBuilder<unknown>> = {
  createdAt: () => sql`t.created_at`,
  updatedAt: changedAt,
  solvedAt: () => sql`t.solved_at`,
  closedAt: () => sql`t.closed_at`,
  waitingSince: () => sql`t.waiting_since`,
};
export const INSTANT_FIELDS = Object.keys(INSTANTS) as Instant[];
