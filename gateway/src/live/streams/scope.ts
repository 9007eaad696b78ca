import type { Actor } from '@deskgraph/common/auth/access';
import { INTERNAL_TOKEN_TTL_SECONDS, signActor } from '@deskgraph/common/auth/token';

/**
 * JSON with sorted keys, so that equal values have equal texts.
 *
 * @example canonicalJson({ b: 1, a: [2] }) // '{"a":[2],"b":1}'
 */
export function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  const fields = Object.entries(value as Record<string, unknown>).filter(
    ([, fieldValue]) => fieldValue !== undefined,
  );
  return `{${fields
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, fieldValue]) => `${JSON.stringify(name)}:${canonicalJson(fieldValue)}`)
    .join(',')}}`;
}

/**
 * The identity with which a stream is read. Callers with equal scopes share streams, because
 * subgraphs get nothing else about the caller.
 */
export interface Scope {
  key: string;
  language: string | undefined;
  /** The `authorization` header for subgraphs. Undefined when callers need not sign in. */
  authorization(): Promise<string | undefined>;
}

export interface ScopeOptions {
  actor: Actor | undefined;
  language: string | undefined;
  /** Whether the events of the operation depend on the caller's identity. */
  isPersonal: boolean;
  /** Signs the internal token. */
  secret: string;
}

/** A token is signed again 20 seconds before it expires, so that it is valid when it arrives. */
const TOKEN_REUSE_MS = (INTERNAL_TOKEN_TTL_SECONDS - 20) * 1000;
/** Replaces the identity of an agent. */
const ANY_AGENT = { id: 'agt_00000000000000000000000000', name: 'Agent' };

/**
 * The scope of a caller. Agents with equal rights share one, unless the operation depends on the
 * caller's identity. What customers and apps see always depends on it.
 */
export function scopeFor({ actor, language, isPersonal, secret }: ScopeOptions): Scope {
  const identity = actor?.kind === 'agent' && !isPersonal ? { ...actor, ...ANY_AGENT } : actor;
  const scopeActor = identity && {
    ...identity,
    departments: identity.departments.toSorted(),
    scopes: identity.scopes.toSorted(),
  };
  let signed: { token: Promise<string>; reusableUntil: number } | undefined;
  return {
    key: canonicalJson([scopeActor ?? null, language ?? null]),
    language,
    async authorization() {
      if (!scopeActor) return undefined;
      if (!signed || signed.reusableUntil < Date.now())
        signed = {
          token: signActor(scopeActor, secret),
          reusableUntil: Date.now() + TOKEN_REUSE_MS,
        };
      return `Bearer ${await signed.token}`;
    },
  };
}
