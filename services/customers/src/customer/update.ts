import { Role } from '@deskgraph/common/auth/access';
import { changesOf, touch } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import { claimAll, refuseTooMany, release } from '../identity/claim.ts';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import type { Customer, CustomerKind } from './customer.ts';
import { describe, settle, stateOf } from './snapshot.ts';
import { locked } from './find.ts';
import type { CustomerUpdateInput, CustomerUpdatePayload } from './input.ts';
import { type LocationInput, placed } from './location.ts';
import { joinByDomain, setOrganizations } from './membership.ts';

export async function update(
  ctx: Context,
  input: CustomerUpdateInput,
): Promise<CustomerUpdatePayload> {
  const customer = await locked(ctx, input.id);
  if (ctx.actor.role === Role.REQUESTER) refuseBeyondOwn(input);
  refuseStaleVersion(customer, input.expectedVersion);
  if (input.kind === null) throw new Refusal('REQUIRED', 'kind');
  await changed(ctx, customer, async () => {
    const { addIdentities, removeIdentities, organizationIds, seesOrganizationTickets } = input;
    assign(customer, input);
    if (seesOrganizationTickets !== undefined)
      customer.seesOrganizationTickets = seesOrganizationTickets ?? false;
    if (removeIdentities) await release(ctx, customer.id, removeIdentities);
    if (organizationIds !== undefined)
      await setOrganizations(ctx, customer.id, organizationIds ?? []);
    if (addIdentities) await add(ctx, customer, addIdentities, 'addIdentities');
  });
  return { customer, userErrors: [] };
}

const OWN = new Set(['id', 'name', 'locale', 'timeZone', 'expectedVersion']);

/** A requester may change little of himself. */
function refuseBeyondOwn(input: object): void {
  const beyond = Object.entries(input).filter(
    ([field, value]) => value !== undefined && !OWN.has(field),
  );
  if (beyond.length)
    throw new Refusal(beyond.map(([field]) => ({ code: 'FORBIDDEN', field: ['input', field] })));
}

interface Values {
  name?: string | null;
  kind?: CustomerKind | null;
  location?: LocationInput | null;
  locale?: string | null;
  timeZone?: string | null;
  tier?: string | null;
}

/** Takes over plain values: what is absent stays, null clears. */
export function assign(
  customer: Customer,
  { name, kind, location, locale, timeZone, tier }: Values,
): void {
  if (name !== undefined) customer.fullName = name;
  if (kind) customer.kind = kind;
  if (locale !== undefined) customer.locale = locale;
  if (timeZone !== undefined) customer.timeZone = timeZone;
  if (tier !== undefined) customer.tier = tier;
  Object.assign(customer, placed(location));
}

export async function add(
  ctx: Context,
  customer: Customer,
  identities: readonly Identity[],
  field: string,
): Promise<void> {
  await claimAll(ctx, customer.id, identities, field);
  await refuseTooMany(ctx, customer.id, field);
  await joinByDomain(ctx, customer.id, identities);
}

/** Does `work` on a locked customer; when it changed something, makes a new version and tells of it. */
export async function changed(
  ctx: Context,
  customer: Customer,
  work: () => Promise<void>,
): Promise<void> {
  const before = await describe(ctx, customer);
  await work();
  await settle(ctx, customer);
  const after = await describe(ctx, customer);
  const changes = changesOf(before, after);
  if (!changes) return;
  touch(customer);
  await appendEvent(ctx, 'customer.updated', customer, { state: stateOf(after), changes });
}
