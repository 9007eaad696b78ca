import {
  type Identity,
  IdentityKind,
  parseIdentity,
} from '@deskgraph/common/auth/contact-identity';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import type { NewEvent } from '@deskgraph/common/events/types';
import { RetryWhenReady } from '@deskgraph/common/graphql/mutation';
import { catchUpCustomers } from './customer-events.ts';
import type { RequesterInput } from './input.ts';
import {
  type Requester,
  lockRequesterByIdentity,
  lockRequesterForShare,
  upsertRequester,
} from './repository.ts';
import { deterministicCustomerId, requesterDiscoveredEvent } from './unknown-contact.ts';

const IDENTITY_KINDS: Record<
  'externalId' | 'email' | 'phone' | 'handle' | 'visitorId',
  IdentityKind
> = {
  externalId: IdentityKind.EXTERNAL,
  email: IdentityKind.EMAIL,
  phone: IdentityKind.PHONE,
  handle: IdentityKind.HANDLE,
  visitorId: IdentityKind.VISITOR,
};

const KEYS = ['customerId', 'externalId', 'email', 'phone', 'handle', 'visitorId'] as const;

export interface ResolvedRequester {
  requester: Requester;
  /** The name in the input; else the stored name. */
  name: string;
  /** The event of a customer who was unknown before; to be appended. */
  discovered: NewEvent[];
}

/**
 * Finds and locks the requester of an input. An unknown contact gets a customer id at once, without
 * a call to another service.
 */
export async function resolveRequester(
  ctx: Context,
  input: RequesterInput,
  field = 'requester',
): Promise<ResolvedRequester> {
  const [key, ...otherKeys] = KEYS.filter((name) => typeof input[name] === 'string');
  if (!key || otherKeys.length) throw new Refusal('INVALID', field);
  if (key === 'customerId') {
    const requester = await lockRequesterById(ctx, input[key]!, field);
    return { requester, name: input.name ?? requester.name, discovered: [] };
  }
  const identity = parseIdentity(IDENTITY_KINDS[key], input[key]!, `${field}.${key}`);
  return resolveIdentity(ctx, identity, input.name);
}

/** The operations that have already waited for the customers service. */
const retried = new WeakSet<Context>();

/**
 * The event of a customer who has just been created may not have arrived yet. The first miss
 * retries the operation after the consumer has caught up.
 */
async function lockRequesterById(
  ctx: Context,
  customerId: string,
  field: string,
): Promise<Requester> {
  const requester = await lockRequesterForShare(ctx, customerId);
  if (requester) return requester;
  if (retried.has(ctx)) throw new Refusal('NOT_FOUND', `${field}.customerId`);
  retried.add(ctx);
  throw new RetryWhenReady(() => catchUpCustomers(ctx));
}

async function resolveIdentity(
  ctx: Context,
  identity: Identity,
  name: string | null | undefined,
): Promise<ResolvedRequester> {
  const stored = await lockRequesterByIdentity(ctx, identity);
  if (stored) return { requester: stored, name: name ?? stored.name, discovered: [] };
  const requester: Requester = {
    id: deterministicCustomerId(ctx.workspace, identity),
    name: name ?? identity.value,
    organizationId: null,
    locale: null,
  };
  await upsertRequester(ctx, requester, [identity]);
  return {
    requester,
    name: requester.name,
    discovered: [requesterDiscoveredEvent({ ...requester, identity })],
  };
}
