import { PERSON_SCOPES, Role } from '@deskgraph/common/auth/access';
import { Refusal } from '@deskgraph/common/core/errors';
import type { FieldFilter } from '@deskgraph/common/filter/custom-field-filter';
import { listed } from '@deskgraph/common/filter/sql-filter';
import type { Context } from '@deskgraph/common/database/context';
import { resolveMe } from '../agent/actors.ts';
import { byId as fieldById } from '../../model/field/find.ts';
import type { TicketFilter } from '../../model/filter/sql.ts';
import { DECIDED_BY } from '../../model/rights/visible.ts';
import { refuseUnlistable } from '../../model/saved-filter/stored.ts';

/** Bytes of a filter: it goes with each request of who has it, and into links to files. */
const MOST = 4_000;

const BASES: ReadonlySet<Role> = new Set([Role.LIGHT, Role.AGENT, Role.LEAD, Role.ANALYST]);

/** Administrators can do everything, also take this away from themselves; and requesters see their own. */
export function refuseInvalidBase(base: Role): void {
  if (!BASES.has(base)) throw new Refusal('INVALID', 'base');
}

/** The scopes as they are kept; refused where people don't have one. */
export function normalizeScopes(given: readonly string[]): string[] {
  const odd = given.findIndex((scope) => !PERSON_SCOPES.some((known) => known === scope));
  if (odd >= 0) throw new Refusal('INVALID', `scopes.${odd}`);
  return PERSON_SCOPES.filter((scope) => given.includes(scope));
}

const KNOWN: ReadonlySet<string> = new Set([...Object.keys(DECIDED_BY), 'and', 'or', 'not']);

/** Refuses a filter that could not be looked at with each fact, and names what it asks for. */
export async function refuseUnsupportedRightsFilter(
  ctx: Context,
  filter: TicketFilter | null | undefined,
): Promise<void> {
  if (!filter) return;
  if (Buffer.byteLength(JSON.stringify(resolveMe(ctx.actor.id, filter))) > MOST)
    throw new Refusal('TOO_LONG', 'filter');
  refuseUnlistable(ctx, filter, null);
  await walk(ctx, filter, 'filter');
}

async function walk(ctx: Context, filter: TicketFilter, place: string): Promise<void> {
  const { and, or, not, field } = filter;
  for (const [name, value] of Object.entries(filter))
    if (value !== null && value !== undefined && !KNOWN.has(name))
      throw unknowable(`${place}.${name}`);
  for (const [at, each] of (field ?? []).entries())
    await refuseField(ctx, each, `${place}.field.${at}`);
  for (const [at, each] of (and ?? []).entries()) await walk(ctx, each, `${place}.and.${at}`);
  for (const [at, each] of (or ?? []).entries()) await walk(ctx, each, `${place}.or.${at}`);
  if (not) await walk(ctx, not, `${place}.not`);
}

/** Which letters are the same is for the database to say; so texts are let alone, and choices are spelled as they are offered. */
async function refuseField(
  ctx: Context,
  { fieldId, text, date, choices }: FieldFilter,
  place: string,
): Promise<void> {
  for (const [name, given] of Object.entries({ text, date })) {
    const asked = Object.entries(given ?? {}).find(
      ([part, value]) => part !== 'isNull' && value !== null && value !== undefined,
    );
    if (asked) throw unknowable(`${place}.${name}.${asked[0]}`);
  }
  if (!choices) return;
  const known = await fieldById(ctx, fieldId);
  if (!known) throw new Refusal('NOT_FOUND', `${place}.fieldId`);
  for (const [part, words] of Object.entries(choices) as [string, string[] | null][])
    if (!listed(words ?? []).every((word) => known.options.includes(word)))
      throw new Refusal('INVALID', `${place}.choices.${part}`);
}

const unknowable = (place: string): Refusal =>
  new Refusal([
    {
      code: 'INVALID',
      field: ['input', ...place.split('.')],
      message:
        'Rights can’t depend on this. They can on status, custom status, priority, channel, category, department, assignee, follower, requester, organization, form, labels, and custom fields that are numbers, choices, yes or no, filled or not.',
    },
  ]);
