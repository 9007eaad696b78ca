import { appendEvent } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { claimAll } from '../identity/claim.ts';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import { Customer, CustomerKind } from './customer.ts';
import { describe, settle, stateOf } from './snapshot.ts';
import type { CustomerCreateInput, CustomerCreatePayload } from './input.ts';
import { type LocationInput, placed } from './location.ts';
import { joinByDomain, setOrganizations } from './membership.ts';

export async function create(
  ctx: Context,
  input: CustomerCreateInput,
): Promise<CustomerCreatePayload> {
  const id = newId('cus');
  const identities = input.identities ?? [];
  await claimAll(ctx, id, identities, 'identities');
  if (input.organizationIds?.length) await setOrganizations(ctx, id, input.organizationIds);
  const customer = await store(ctx, { ...input, id, identities });
  return { customer, userErrors: [] };
}

export interface NewCustomer {
  id: string;
  /** Claimed already. */
  identities: readonly Identity[];
  name?: string | null | undefined;
  kind?: CustomerKind | null | undefined;
  location?: LocationInput | null | undefined;
  locale?: string | null | undefined;
  timeZone?: string | null | undefined;
  tier?: string | null | undefined;
}

/** Stores a customer and tells of it. `field`: what is missing when there is neither a name nor an identity. */
export async function store(ctx: Context, given: NewCustomer, field = 'name'): Promise<Customer> {
  const { id, identities, name = null, locale = null, timeZone = null, tier = null } = given;
  const nowhere = { city: null, region: null, country: null, address: null };
  const customer = ctx.em.create(
    Customer,
    {
      id,
      workspaceId: ctx.workspace,
      kind: given.kind ?? CustomerKind.CUSTOMER,
      fullName: name,
      name: name ?? '',
      sortName: '',
      locale,
      timeZone,
      tier,
      ...nowhere,
      ...placed(given.location),
    },
    { partial: true },
  );
  await joinByDomain(ctx, id, identities);
  await settle(ctx, customer, field);
  await appendEvent(ctx, 'customer.created', customer, {
    state: stateOf(await describe(ctx, customer)),
  });
  return customer;
}
