import { foldText } from '@deskgraph/common/text/tokenizer';
import { Refusal } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { identitiesOf } from '../identity/find.ts';
import { type Identity, IdentityKind } from '@deskgraph/common/auth/contact-identity';
import { type CustomerIdentity } from '../identity/identity.ts';
import { replaceSearchWords } from '../search-words.ts';
import type { Customer } from './customer.ts';
import { locationOf } from './location.ts';
import { organizationIdsOf } from './membership.ts';

/** All fields of a customer that can change, for the changes in events. */
export async function customerSnapshot(ctx: Context, customer: Customer) {
  const { name, kind, email, phone, locale, timeZone, tier, seesOrganizationTickets } = customer;
  const known = await identitiesOf(ctx.em, [customer.id]);
  const identities: Identity[] = known.map((each) => ({ kind: each.kind, value: each.value }));
  const organizationIds = await organizationIdsOf(ctx.em, customer.id);
  const location = locationOf(customer);
  return {
    name,
    kind,
    email,
    phone,
    location,
    locale,
    timeZone,
    tier,
    seesOrganizationTickets,
    identities,
    organizationIds,
  };
}
export type CustomerSnapshot = Awaited<ReturnType<typeof customerSnapshot>>;

type CustomerState = Pick<
  CustomerSnapshot,
  'name' | 'kind' | 'identities' | 'organizationIds' | 'locale' | 'tier' | 'seesOrganizationTickets'
>;

/** The state that events carry to other services. */
export const customerState = ({
  name,
  kind,
  identities,
  organizationIds,
  locale,
  tier,
  seesOrganizationTickets,
}: CustomerState): CustomerState => ({
  name,
  kind,
  identities,
  organizationIds,
  locale,
  tier,
  seesOrganizationTickets,
});

const DISPLAY_ORDER = [
  IdentityKind.EMAIL,
  IdentityKind.PHONE,
  IdentityKind.HANDLE,
  IdentityKind.EXTERNAL,
  IdentityKind.VISITOR,
];

/**
 * Updates the fields and search words that derive from the full name and the identities. Refuses
 * when neither is left to display.
 */
export async function updateDerivedFields(
  ctx: Context,
  customer: Customer,
  field = 'name',
): Promise<void> {
  const known = await identitiesOf(ctx.em, [customer.id]);
  const first = (kind: IdentityKind): string | null => primaryIdentity(known, kind)?.value ?? null;
  customer.email = first(IdentityKind.EMAIL);
  customer.phone = first(IdentityKind.PHONE);
  const name = customer.fullName ?? DISPLAY_ORDER.map(first).find((value) => value !== null);
  if (name === undefined) throw new Refusal('REQUIRED', field);
  customer.name = name;
  customer.sortName = foldText(name);
  await ctx.em.flush();
  await replaceSearchWords(ctx.em, 'customer', ctx.workspace, customer.id, [
    name,
    ...known.map((each) => each.value),
  ]);
}

const primaryIdentity = (known: readonly CustomerIdentity[], kind: IdentityKind) =>
  known.find((each) => each.kind === kind);
