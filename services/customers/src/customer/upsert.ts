import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { claimExternalId, ownerOfExternalId } from '../app/external.ts';
import {
  choosePrimaryIdentities,
  claimIdentities,
  distinctIdentities,
  identityOwner,
  refuseTakenIdentities,
  releaseIdentities,
} from '../identity/claim.ts';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import { identityKey } from '../identity/identity.ts';
import type { Customer } from './customer.ts';
import { insertCustomer } from './create.ts';
import { lockCustomer } from './find.ts';
import type { CustomerUpsertInput, CustomerUpsertPayload } from './input.ts';
import { claimNewIdentities, assignCustomerFields, recordCustomerUpdate } from './update.ts';

/** The key by which a customer is found, or created when there is none. */
interface UpsertKey {
  owner(): Promise<string | null>;
  /** Claims the key and the other identities for a new customer. False when another call was faster. */
  take(id: string): Promise<boolean>;
  identities: readonly Identity[];
  field: string;
}

export async function upsertCustomer(
  ctx: Context,
  input: CustomerUpsertInput,
): Promise<CustomerUpsertPayload> {
  const { externalId, identity, onCreate } = input;
  const key = upsertKey(ctx, externalId ?? null, identity ?? null, onCreate.identities ?? []);
  let owner = await key.owner();
  if (owner === null) {
    const id = newId('cus');
    if (await key.take(id)) {
      const customer = await insertCustomer(
        ctx,
        { ...onCreate, id, identities: key.identities },
        'onCreate.name',
      );
      return { customer, created: true, userErrors: [] };
    }
    owner = await key.owner();
  }
  if (owner === null) throw new Refusal('CONFLICT', key.field);
  return {
    customer: await updateExisting(ctx, await lockCustomer(ctx, owner, key.field), input),
    created: false,
    userErrors: [],
  };
}

async function updateExisting(
  ctx: Context,
  customer: Customer,
  { onUpdate }: CustomerUpsertInput,
): Promise<Customer> {
  await recordCustomerUpdate(ctx, customer, async () => {
    assignCustomerFields(customer, onUpdate);
    if (onUpdate.identities)
      await claimNewIdentities(ctx, customer, onUpdate.identities, 'onUpdate.identities');
  });
  return customer;
}

function upsertKey(
  ctx: Context,
  externalId: string | null,
  identity: Identity | null,
  others: readonly Identity[],
): UpsertKey {
  if ((externalId === null) === (identity === null)) throw new Refusal('INVALID', 'externalId');
  if (identity === null) {
    const takeAll = async (id: string): Promise<boolean> => {
      if (!(await claimExternalId(ctx, 'customer', id, externalId!))) return false;
      refuseTakenIdentities(
        others,
        await claimIdentities(ctx, id, distinctIdentities(others)),
        'onCreate.identities',
      );
      await choosePrimaryIdentities(ctx, id);
      return true;
    };
    return {
      owner: () => ownerOfExternalId(ctx, ctx.em, 'customer', externalId!),
      take: takeAll,
      identities: others,
      field: 'externalId',
    };
  }
  const identities = distinctIdentities([identity, ...others]);
  const takeAll = async (id: string): Promise<boolean> => {
    const mine = await claimIdentities(ctx, id, identities);
    if (!mine.has(identityKey(identity))) {
      await releaseIdentities(ctx, id, identities);
      return false;
    }
    refuseTakenIdentities(others, mine, 'onCreate.identities');
    await choosePrimaryIdentities(ctx, id);
    return true;
  };
  return {
    owner: () => identityOwner(ctx.em, identity),
    take: takeAll,
    identities,
    field: 'identity',
  };
}
