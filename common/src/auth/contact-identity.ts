import { Refusal } from '../core/errors.ts';
/** The kinds of identity by which a customer is recognised. */
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

/** In characters. */
export const MAX_IDENTITY_LENGTH = 320;
const EMAIL_PATTERN =
  /^[^\s@"(),:;<>[\]\\]{1,64}@(?:[\p{L}\p{N}](?:[\p{L}\p{N}-]{0,61}[\p{L}\p{N}])?\.){1,10}\p{L}[\p{L}\p{N}-]{0,61}[\p{L}\p{N}]$/u;

const NORMALIZERS: Record<IdentityKind, (value: string) => string | undefined> = {
  EMAIL: (value) => {
    const lower = value.toLowerCase();
    return lower.length <= 254 && EMAIL_PATTERN.test(lower) ? lower : undefined;
  },
  PHONE: (value) => {
    const digits = value.replaceAll(/[\s()./-]/g, '').replace(/^00/, '+');
    return /^\+[1-9]\d{6,14}$/.test(digits) ? digits : undefined;
  },
  HANDLE: (value) => (/^[a-z\d_]{1,30}:\S{1,200}$/i.test(value) ? value.toLowerCase() : undefined),
  VISITOR: (value) => (/^\S{1,128}$/.test(value) ? value : undefined),
  EXTERNAL: (value) => (/^\S{1,255}$/.test(value) ? value : undefined),
};

/**
 * The canonical form of an identity, so that the same customer is found again; undefined when the
 * value is invalid for the kind.
 *
 * @example
 * normalizeIdentity(IdentityKind.PHONE, '0049 (170) 1234567'); // '+491701234567'
 */
export function normalizeIdentity(kind: IdentityKind, value: string): string | undefined {
  const trimmed = value.trim();
  return trimmed.length <= MAX_IDENTITY_LENGTH ? NORMALIZERS[kind](trimmed) : undefined;
}

/** Normalizes an identity of an input; refused when the value is invalid for its kind. */
export function parseIdentity(kind: IdentityKind, value: string, field: string): Identity {
  const normalized = normalizeIdentity(kind, value);
  if (normalized === undefined) throw new Refusal('INVALID', field);
  return { kind, value: normalized };
}
