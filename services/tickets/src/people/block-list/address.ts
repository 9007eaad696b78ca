import { Refusal } from '@deskgraph/common/core/errors';
import { IdentityKind, normalizeIdentity } from '@deskgraph/common/auth/contact-identity';

/** A mail address, or all of a domain as `@domain`, in the one way that it is written here. */
export function normalizeBlockedAddress(given: string): string {
  const isDomain = given.trim().startsWith('@');
  const address = normalizeIdentity(IdentityKind.EMAIL, isDomain ? `x${given.trim()}` : given);
  if (!address) throw new Refusal('INVALID', 'address');
  return isDomain ? address.slice(1) : address;
}
