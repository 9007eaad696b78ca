import { Role } from '@deskgraph/common/auth/access';
import { changedFields, bumpVersion } from '@deskgraph/common/core/changes';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvent } from '@deskgraph/common/events/log';
import { refuseStaleVersion } from '@deskgraph/common/graphql/input';
import type { Context } from '@deskgraph/common/database/context';
import {
  claimAllIdentities,
  refuseTooManyIdentities,
  releaseIdentities,
} from '../identity/claim.ts';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import type { Customer, CustomerKind } from './customer.ts';
import { customerSnapshot, updateDerivedFields, customerState } from './snapshot.ts';
import { lockCustomer } from './find.ts';
import type { CustomerUpdateInput, CustomerUpdatePayload } from './input.ts';
import { type LocationInput, toLocationColumns } from './location.ts';
import { joinByDomain, setOrganizations } from './membership.ts';

export async function updateCustomer(
  ctx: Context,
  input: CustomerUpdateInput,
): Promise<CustomerUpdatePayload> {
  const customer = await lockCustomer(ctx, input.id);
  if (ctx.actor.role === Role.REQUESTER) refuseStaffFields(input);
  refuseStaleVersion(customer, input.expectedVersion);
  if (input.kind === null) throw new Refusal('REQUIRED', 'kind');
  await recordCustomerUpdate(ctx, customer, async () => {
    const { addIdentities, removeIdentities, organizationIds, seesOrganizationTickets } = input;
    assignCustomerFields(customer, input);
    if (seesOrganizationTickets !== undefined)
      customer.seesOrganizationTickets = seesOrganizationTickets ?? false;
    if (removeIdentities) await releaseIdentities(ctx, customer.id, removeIdentities);
    if (organizationIds !== undefined)
      await setOrganizations(ctx, customer.id, organizationIds ?? []);
    if (addIdentities) await claimNewIdentities(ctx, customer, addIdentities, 'addIdentities');
  });
  return { customer, userErrors: [] };
}

const REQUESTER_FIELDS = new Set(['id', 'name', 'locale', 'timeZone', 'expectedVersion']);

/** Refuses fields that a requester must not change. */
function refuseStaffFields(input: object): void {
  const beyond = Object.entries(input).filter(
    ([field, value]) => value !== undefined && !REQUESTER_FIELDS.has(field),
  );
  if (beyond.length)
    throw new Refusal(beyond.map(([field]) => ({ code: 'FORBIDDEN', field: ['input', field] })));
}

interface CustomerFields {
  name?: string | null;
  kind?: CustomerKind | null;
  location?: LocationInput | null;
  locale?: string | null;
  timeZone?: string | null;
  tier?: string | null;
}

/** Assigns plain fields. Absent fields stay unchanged, null clears them. */
export function assignCustomerFields(
  customer: Customer,
  { name, kind, location, locale, timeZone, tier }: CustomerFields,
): void {
  if (name !== undefined) customer.fullName = name;
  if (kind) customer.kind = kind;
  if (locale !== undefined) customer.locale = locale;
  if (timeZone !== undefined) customer.timeZone = timeZone;
  if (tier !== undefined) customer.tier = tier;
  Object.assign(customer, toLocationColumns(location));
}

export async function claimNewIdentities(
  ctx: Context,
  customer: Customer,
  identities: readonly Identity[],
  field: string,
): Promise<void> {
  await claimAllIdentities(ctx, customer.id, identities, field);
  await refuseTooManyIdentities(ctx, customer.id, field);
  await joinByDomain(ctx, customer.id, identities);
}

/** Runs `work` on a locked customer. If it changed something, bumps the version and appends the event. */
export async function recordCustomerUpdate(
  ctx: Context,
  customer: Customer,
  work: () => Promise<void>,
): Promise<void> {
  const before = await customerSnapshot(ctx, customer);
  await work();
  await updateDerivedFields(ctx, customer);
  const after = await customerSnapshot(ctx, customer);
  const changes = changedFields(before, after);
  if (!changes) return;
  bumpVersion(customer);
  await appendEvent(ctx, 'customer.updated', customer, { state: customerState(after), changes });
}
