import type { Actor } from '@deskgraph/common/auth/access';
import type { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import {
  TICKET_FILTER_FIELDS,
  type INSTANT_FILTER_FIELDS,
} from '@deskgraph/common/contract/ticket-filter-fields';
import {
  type TicketFilterContext,
  type TicketFilterSources,
  ticketFilterCompiler,
} from '@deskgraph/common/contract/ticket-filter-sql';
import { sql } from '@deskgraph/common/database/database';
import { filterUses } from '@deskgraph/common/filter/filter-tree';
import {
  type Condition,
  choiceFilterToSql,
  instantFilterToSql,
} from '@deskgraph/common/filter/sql-filter';
import type { RawBuilder } from 'kysely';
import { changedAtColumn, canSeeOnHold } from '../ticket/read-rights.ts';
import { customFieldFiltersToSql } from './custom-field-sql.ts';
import { searchTextToSql } from './text.ts';

export interface FilterContext {
  /** The caller: what a requester may not read, a requester cannot filter by either. */
  actor: Actor;
  /** The instant from which durations count. Default: the current time. */
  now?: Date | undefined;
  /** The search texts that very many tickets contain, see `findFrequentTexts`. Default: none. */
  frequentTexts?: ReadonlySet<string> | undefined;
  /** Default: the tables with the tags, followers and field values of today. */
  sources?: TicketFilterSources | undefined;
}

export const NO_TEXTS: ReadonlySet<string> = new Set();

/** Separate tables, because under row security no index serves a condition on an array. */
const TABLE_SOURCES: TicketFilterSources = {
  hasTag: (tags) =>
    sql`t.id in (select ticket_id from ticket_tag where name = any(${tags}::text[]))`,
  hasFollower: (ids) => sql`t.id in (
    select p.ticket_id from participant p
    where p.kind = 'FOLLOWER' and p.person_id = any(${ids}::text[]))`,
  hasFieldValue: (fieldId, condition, { workspace }) => sql`t.id in (
    select v.ticket_id from field_value v
    where v.workspace_id = ${workspace}::uuid and v.field_id = ${fieldId} and ${condition})`,
  normalizedText: (column) => sql.ref(`t.${column}_word`),
};

interface CompilerContext extends TicketFilterContext {
  frequentTexts: ReadonlySet<string>;
}

const compile = ticketFilterCompiler<CompilerContext>({
  text: (text, { actor, frequentTexts }) => searchTextToSql(text, actor, frequentTexts),
  status: (filter, { actor }) => choiceFilterToSql(statusColumn(actor), filter),
  field: (filters, context) => customFieldFiltersToSql(filters, context),
  updatedAt: (filter, { actor, now }) => instantFilterToSql(changedAtColumn(actor), filter, now),
  spam: (expected, { actor }) => sql`${spamSql(actor)} = ${expected}`,
});

/** The conditions of the filter on `t`; `ticketFilterMatches` evaluates the same in memory. */
export const ticketFilterToSql = (
  filter: TicketFilter | null | undefined,
  { actor, now = new Date(), frequentTexts = NO_TEXTS, sources = TABLE_SOURCES }: FilterContext,
): Condition => compile(filter, { actor, now, frequentTexts, sources });

/** The same for a list: without spam and deleted tickets, unless the filter uses these fields. */
export function ticketListFilterToSql(
  filter: TicketFilter | null | undefined,
  context: FilterContext,
): Condition {
  const noSpam = filterUses(filter, 'spam') ? sql`` : sql`and not ${spamSql(context.actor)}`;
  const notDeleted = filterUses(filter, 'deleted') ? sql`` : sql`and t.deleted_at is null`;
  return sql`${ticketFilterToSql(filter, context)} ${noSpam} ${notDeleted}`;
}

/** Requesters do not learn that their ticket is in the spam queue. */
const spamSql = (actor: Actor): Condition => (canSeeOnHold(actor) ? sql`t.spam` : sql`false`);

/** Requesters read OPEN instead of ON_HOLD. */
const statusColumn = (actor: Actor): RawBuilder<unknown> =>
  canSeeOnHold(actor)
    ? sql`t.status`
    : sql`(case t.status when 'ON_HOLD' then 'OPEN' else t.status end)`;

/** The column of an instant that can be relative to now. */
export const instantColumn = (
  field: (typeof INSTANT_FILTER_FIELDS)[number],
  actor: Actor,
): RawBuilder<unknown> =>
  field === 'updatedAt'
    ? changedAtColumn(actor)
    : sql.ref(`t.${TICKET_FILTER_FIELDS[field].column}`);
