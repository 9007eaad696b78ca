import { Refusal } from '@deskgraph/common/core/errors';
import { newId } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { claimExternalId, ownerOfExternalId } from '../app/external.ts';
import {
  choosePrimaries,
  claim,
  distinct,
  ownerOf,
  refuseTaken,
  release,
} from '../identity/claim.ts';
import { type Identity } from '@deskgraph/common/auth/contact-identity';
import { keyOf } from '../identity/identity.ts';
import type { Customer } from './customer.ts';
import { store } from './create.ts';
import { locked } from './find.ts';
import type { CustomerUpsertInput, CustomerUpsertPayload } from './input.ts';
import { add, assign, changed } from './update.ts';

/** What a customer is found by, or made with when there is none. */
interface Key {
  owner(): Promise<string | null>;
  /** Takes the key for a new customer, with his other identities; false when somebody was faster. */
  take(id: string): Promise<boolean>;
  identities: readonly Identity[];
  field: string;
}

export async function upsert(
  ctx: Context,
  input: CustomerUpsertInput,
): Promise<CustomerUpsertPayload> {
  const { externalId, identity, onCreate } = input;
  const key = keyFor(ctx, externalId ?? null, identity ?? null, onCreate.identities ?? []);
  let owner = await key.owner();
  if (owner === null) {
    const id = newId('cus');
    if (await key.take(id)) {
      const customer = await store(
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
    customer: await renew(ctx, await locked(ctx, owner, key.field), input),
    created: false,
    userErrors: [],
  };
}

async function renew(
  ctx: Context,
  customer: Customer,
  { onUpdate }: CustomerUpsertInput,
): Promise<Customer> {
  await changed(ctx, customer, async () => {
    assign(customer, onUpdate);
    if (onUpdate.identities) await add(ctx, customer, onUpdate.identities, 'onUpdate.identities');
  });
  return customer;
}

function keyFor(
  ctx: Context,
  externalId: string | null,
  identity: Identity | null,
  others: readonly Identity[],
): Key {
  if ((externalId === null) === (identity === null)) throw new Refusal('INVALID', 'externalId');
  if (identity === null) {
    const takeAll = async (id: string): Promise<boolean> => {
      if (!(await claimExternalId(ctx, 'customer', id, externalId!))) return false;
      refuseTaken(others, await claim(ctx, id, distinct(others)), 'onCreate.identities');
      await choosePrimaries(ctx, id);
      return true;
    };
    return {
      owner: () => ownerOfExternalId(ctx, ctx.em, 'customer', externalId!),
      take: takeAll,
      identities: others,
      field: 'externalId',
    };
  }
  const identities = distinct([identity, ...others]);
  const takeAll = async (id: string): Promise<boolean> => {
    const mine = await claim(ctx, id, identities);
    if (!mine.has(keyOf(identity))) {
      await release(ctx, id, identities);
      return false;
    }
    refuseTaken(others, mine, 'onCreate.identities');
    await choosePrimaries(ctx, id);
    return true;
  };
  return { owner: () => ownerOf(ctx.em, identity), take: takeAll, identities, field: 'identity' };
}
