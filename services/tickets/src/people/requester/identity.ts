import { Refusal } from '@deskgraph/common/core/errors';
import {
  type Identity,
  type IdentityKind,
  normalised,
} from '@deskgraph/common/auth/contact-identity';

/** The identity that an input gives; refused when the value is none of its kind. */
export function identity(kind: IdentityKind, value: string, field: string): Identity {
  const clean = normalised(kind, value);
  if (clean === undefined) throw new Refusal('INVALID', field);
  return { kind, value: clean };
}
