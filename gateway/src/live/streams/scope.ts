import type { Actor } from '@deskgraph/common/auth/access';
import { INTERNAL_LIFETIME, signActor } from '@deskgraph/common/auth/token';
import { canonical } from '../operation/canonical.ts';

/** On whose behalf a stream is read. Callers of one scope share streams, for the scope is all that subgraphs are told. */
export interface Scope {
  key: string;
  language: string | undefined;
  /** Value of the `authorization` header for subgraphs, good for a while yet; undefined where nobody signs in. */
  authorization(): Promise<string | undefined>;
}

const KEEP_MS = (INTERNAL_LIFETIME - 20) * 1000;
/** Nobody: an agent with the rights of its colleagues, and nothing of its own. */
const ANY_AGENT = { id: 'agt_00000000000000000000000000', name: 'Agent' };

/**
 * Agents of equal rights are told apart only where an operation asks for what is their own. Everybody else sees things because of who they are.
 */
export function scopeOf(
  actor: Actor | undefined,
  language: string | undefined,
  isPersonal: boolean,
  secret: string,
): Scope {
  const lent = actor?.kind === 'agent' && !isPersonal ? { ...actor, ...ANY_AGENT } : actor;
  const told = lent && {
    ...lent,
    departments: lent.departments.toSorted(),
    scopes: lent.scopes.toSorted(),
  };
  let signed: { token: Promise<string>; until: number } | undefined;
  return {
    key: canonical([told ?? null, language ?? null]),
    language,
    async authorization() {
      if (!told) return undefined;
      if (!signed || signed.until < Date.now())
        signed = { token: signActor(told, secret), until: Date.now() + KEEP_MS };
      return `Bearer ${await signed.token}`;
    },
  };
}
