import { appendEvent } from '@deskgraph/common/events/log';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { claimAllIdentities } from '../identity/claim.ts';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import { Customer, CustomerKind } from './customer.ts';
import { customerSnapshot, updateDerivedFields, customerState } from './snapshot.ts';
import type { CustomerCreateInput, CustomerCreatePayload } from './input.ts';
import { type LocationInput, toLocationColumns } from './location.ts';
import { joinByDomain, setOrganizations } from './membership.ts';

export async function createCustomer(
  ctx: Context,
  input: CustomerCreateInput,
): Promise<CustomerCreatePayload> {
  const id = newId('cus');
  const identities = input.identities ?? [];
  await claimAllIdentities(ctx, id, identities, 'identities');
  if (input.organizationIds?.length) await setOrganizations(ctx, id, input.organizationIds);
  const customer = await insertCustomer(ctx, { ...input, id, identities });
  return { customer, userErrors: [] };
}

export interface NewCustomer {
  id: string;
  /** Already claimed. */
  identities: readonly Identity[];
  name?: string | null | undefined;
  kind?: CustomerKind | null | undefined;
  location?: LocationInput | null | undefined;
  locale?: string | null | undefined;
  timeZone?: string | null | undefined;
  tier?: string | null | undefined;
}

/**
 * Inserts a customer and appends its event. `field` is named by the refusal when the customer has
 * neither a name nor an identity.
 */
export async function insertCustomer(
  ctx: Context,
  input: NewCustomer,
  field = 'name',
): Promise<Customer> {
  const { id, identities, name = null, locale = null, timeZone = null, tier = null } = input;
  const nowhere = { city: null, region: null, country: null, address: null };
  const customer = ctx.em.create(
    Customer,
    {
      id,
      workspaceId: ctx.workspace,
      kind: input.kind ?? CustomerKind.CUSTOMER,
      fullName: name,
      name: name ?? '',
      sortName: '',
      locale,
      timeZone,
      tier,
      ...nowhere,
      ...toLocationColumns(input.location),
    },
    { partial: true },
  );
  await joinByDomain(ctx, id, identities);
  await updateDerivedFields(ctx, customer, field);
  await appendEvent(ctx, 'customer.created', customer, {
    state: customerState(await customerSnapshot(ctx, customer)),
  });
  return customer;
}
