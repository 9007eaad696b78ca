import { Refusal } from '@deskgraph/common/errors';

/** Ways to recognise a person; the values are normalised so that one person has one spelling. */
export type IdentityKind = 'EMAIL' | 'PHONE' | 'HANDLE' | 'VISITOR' | 'EXTERNAL';

export interface Identity {
  kind: IdentityKind;
  value: string;
}

const EMAIL = /^[^\s@<>",;:\\]{1,64}@[^\s@<>",;:\\.]+(\.[^\s@<>",;:\\.]+)+$/;

/** The normalised value, or undefined when it is not one of its kind. */
export function normalised({ kind, value }: Identity): string | undefined {
  const trimmed = value.trim();
  switch (kind) {
    case 'EMAIL': {
      const mail = trimmed.toLowerCase();
      return mail.length <= 254 && EMAIL.test(mail) ? mail : undefined;
    }
    case 'PHONE': {
      const phone = trimmed.replaceAll(/[\s()./-]/g, '').replace(/^00/, '+');
      return /^\+[1-9]\d{6,14}$/.test(phone) ? phone : undefined;
    }
    case 'HANDLE': {
      const handle = trimmed.toLowerCase();
      return /^[a-z]{1,20}:@?[^\s:]{1,100}$/.test(handle) ? handle : undefined;
    }
    default:
      return trimmed.length >= 1 && trimmed.length <= 255 ? trimmed : undefined;
  }
}

export function identity(kind: IdentityKind, value: string, field: string): Identity {
  const clean = normalised({ kind, value });
  if (clean === undefined) throw new Refusal('INVALID', field);
  return { kind, value: clean };
}
