/** What a person is recognised by. */
export enum IdentityKind {
  EMAIL = 'EMAIL',
  PHONE = 'PHONE',
  HANDLE = 'HANDLE',
  VISITOR = 'VISITOR',
  EXTERNAL = 'EXTERNAL',
}

/** A kind and a normalised value. */
export interface Identity {
  kind: IdentityKind;
  value: string;
}

export const MAX_IDENTITY_LENGTH = 320;
const MAIL =
  /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}\p{L}[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

const NORMALISE: Record<IdentityKind, (value: string) => string | undefined> = {
  EMAIL: (value) => {
    const lower = value.toLowerCase();
    return lower.length <= 254 && MAIL.test(lower) ? lower : undefined;
  },
  PHONE: (value) => {
    const digits = value.replaceAll(/[\s()./-]/g, '').replace(/^00/, '+');
    return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
  },
  HANDLE: (value) => (/^[a-z\d_]{1,30}:\S{1,200}$/i.test(value) ? value.toLowerCase() : undefined),
  VISITOR: (value) => (/^\S{1,128}$/.test(value) ? value : undefined),
  EXTERNAL: (value) => (/^\S{1,255}$/.test(value) ? value : undefined),
};

/** The one way to write the identity, so that the same person is found again; undefined when it is none of its kind. */
export function normalizeIdentity(kind: IdentityKind, value: string): string | undefined {
  const trimmed = value.trim();
  return trimmed.length <= MAX_IDENTITY_LENGTH ? NORMALISE[kind](trimmed) : undefined;
}
