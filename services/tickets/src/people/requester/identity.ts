import { Refusal } from '@deskgraph/common/core/errors';
import {
  type Identity,
  type IdentityKind,
  normalizeIdentity,
} from '@deskgraph/common/auth/contact-identity';

/** The identity that an input gives; refused when the value is none of its kind. */
export function parseIdentity(kind: IdentityKind, value: string, field: string): Identity {
  const clean = normalizeIdentity(kind, value);
  if (clean === undefined) throw new Refusal('INVALID', field);
  return { kind, value: clean };
}
