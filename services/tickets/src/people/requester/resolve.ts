import { type Identity, IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { Refusal } from '@deskgraph/common/core/errors';
import type { NewEvent } from '@deskgraph/common/events/types';
import { RetryWhenReady } from '@deskgraph/common/graphql/mutation';
import type { Context } from '@deskgraph/common/database/context';
import {
  type Requester,
  type UnknownContact,
  upsertRequester,
  lockRequesterForShare,
  lockRequesterByIdentity,
  deterministicCustomerId,
} from './repository.ts';
import { parseIdentity } from './identity.ts';
import type { RequesterInput } from './input.ts';
import { catchUpCustomers } from './follow.ts';

const KINDS: Record<'externalId' | 'email' | 'phone' | 'handle' | 'visitorId', IdentityKind> = {
  externalId: IdentityKind.EXTERNAL,
  email: IdentityKind.EMAIL,
  phone: IdentityKind.PHONE,
  handle: IdentityKind.HANDLE,
  visitorId: IdentityKind.VISITOR,
};

const NAMES = ['customerId', 'externalId', 'email', 'phone', 'handle', 'visitorId'] as const;

export interface ResolvedRequester {
  requester: Requester;
  /** The name as it was given now. */
  name: string;
  /** Set when nobody knew the person before. */
  met: NewEvent[];
}

/** Finds who asks; somebody unknown gets an id at once, without waiting for another service. */
export async function resolveRequester(
  ctx: Context,
  input: RequesterInput,
  field = 'requester',
): Promise<ResolvedRequester> {
  const [key, ...others] = NAMES.filter((name) => typeof input[name] === 'string');
  if (!key || others.length) throw new Refusal('INVALID', field);
  if (key === 'customerId') {
    const known = await knownById(ctx, input[key]!, field);
    return { requester: known, name: input.name ?? known.name, met: [] };
  }
  return met(ctx, parseIdentity(KINDS[key], input[key]!, `${field}.${key}`), input.name);
}

const waited = new WeakSet<Context>();

/** A customer whom another service made a moment ago may not have come by the feed yet: read on once, then look again. */
async function knownById(ctx: Context, customerId: string, field: string): Promise<Requester> {
  const found = await lockRequesterForShare(ctx, customerId);
  if (found) return found;
  if (waited.has(ctx)) throw new Refusal('NOT_FOUND', `${field}.customerId`);
  waited.add(ctx);
  throw new RetryWhenReady(() => catchUpCustomers(ctx));
}

async function met(
  ctx: Context,
  who: Identity,
  name: string | null | undefined,
): Promise<ResolvedRequester> {
  const known = await lockRequesterByIdentity(ctx, who);
  if (known) return { requester: known, name: name ?? known.name, met: [] };
  const requester: Requester = {
    id: deterministicCustomerId(ctx.workspace, who),
    name: name ?? who.value,
    organizationId: null,
    locale: null,
  };
  await upsertRequester(ctx, requester, [who]);
  return {
    requester,
    name: requester.name,
    met: [requesterDiscoveredEvent({ ...requester, who })],
  };
}

export const requesterDiscoveredEvent = ({ id, name, who }: UnknownContact): NewEvent => ({
  type: 'requester.met',
  subject: { id, version: 1 },
  data: { id, ...who, name },
});
