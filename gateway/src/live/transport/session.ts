import { GraphQLError } from 'graphql';
import type { Actor } from '@deskgraph/common/auth/access';
import { fault } from '@deskgraph/common/core/errors';
import type { Caller, Identify } from '../../auth/identity.ts';
import { canonical } from '../operation/canonical.ts';

export interface SessionOptions {
  identify: Identify;
  /** Between looks whether the caller still is who it was. */
  recheckMs: number;
  /** The caller has shown another token, and has other rights by it. */
  renewed: () => void;
  /** The caller's rights were changed meanwhile. */
  changed: () => void;
  /** The token has run out, or is not good any more. */
  ended: (reason: string) => void;
}

const LONGEST_TIMER_MS = 24 * 60 * 60 * 1000;

const saysUnauthenticated = (error: unknown): boolean =>
  error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED';
/** What decides what somebody may see. A list of another order is the same one. */
const rightsOf = ({ actor: { role, scopes, departments, filter } }: Caller): string =>
  canonical([role, scopes.toSorted(), departments.toSorted(), filter ?? null]);
const subjectOf = ({ actor }: Caller): string => `${actor.workspace}\0${actor.id}`;

/** Somebody who stays: signed in once, looked at again and again, gone when the token ends. */
export class Session {
  readonly #options: SessionOptions;
  #authorization: string | undefined;
  #caller: Caller | undefined;
  #expiry: NodeJS.Timeout | undefined;
  #recheck: NodeJS.Timeout | undefined;
  #isOver = false;

  private constructor(
    options: SessionOptions,
    authorization: string | undefined,
    caller: Caller | undefined,
  ) {
    this.#options = options;
    this.#authorization = authorization;
    this.#caller = caller;
    if (!caller) return;
    this.#watchExpiry();
    this.#watchRights();
  }

  /** Throws UNAUTHENTICATED or UNAVAILABLE. */
  static async open(
    authorization: string | undefined,
    needsSignIn: boolean,
    options: SessionOptions,
  ): Promise<Session> {
    const caller = await options.identify(authorization);
    if (needsSignIn && !caller) throw fault('UNAUTHENTICATED');
    return new Session(options, authorization, caller);
  }

  get actor(): Actor | undefined {
    return this.#caller?.actor;
  }

  get authorization(): string | undefined {
    return this.#authorization;
  }

  get subject(): string {
    return this.#caller ? subjectOf(this.#caller) : '';
  }

  /** The same caller shows a newer token; anybody else ends the session. */
  async renew(authorization: string): Promise<void> {
    try {
      const caller = await this.#options.identify(authorization);
      if (!caller || subjectOf(caller) !== this.subject) throw fault('UNAUTHENTICATED');
      this.#authorization = authorization;
      this.#take(caller, this.#options.renewed);
      this.#watchExpiry();
    } catch (error) {
      if (saysUnauthenticated(error)) this.#end('The token is not good.');
    }
  }

  close(): void {
    this.#isOver = true;
    clearTimeout(this.#expiry);
    clearTimeout(this.#recheck);
  }

  #end(reason: string): void {
    if (this.#isOver) return;
    this.close();
    this.#options.ended(reason);
  }

  #take(caller: Caller, then: () => void): void {
    const before = this.#caller;
    this.#caller = caller;
    if (!this.#isOver && before && caller !== before && rightsOf(caller) !== rightsOf(before))
      then();
  }

  #watchExpiry(): void {
    clearTimeout(this.#expiry);
    if (this.#isOver) return;
    const left = this.#caller!.expiresAt - Date.now();
    const look = (): void =>
      left > LONGEST_TIMER_MS ? this.#watchExpiry() : this.#end('The token has run out.');
    this.#expiry = setTimeout(look, Math.max(0, Math.min(left, LONGEST_TIMER_MS))).unref();
  }

  /**
   * A right that was taken ends what it allowed within seconds. While nobody can say who the caller is, the last word counts. All sessions of
   * the process look at the same moments, so that they are asked for together.
   */
  #watchRights(): void {
    const { identify, recheckMs } = this.#options;
    this.#recheck = setTimeout(
      () => {
        const asked = this.#authorization;
        identify(asked, recheckMs / 2)
          .then((caller) => {
            if (asked === this.#authorization && caller) this.#take(caller, this.#options.changed);
          })
          .catch((error: unknown) => {
            if (asked === this.#authorization && saysUnauthenticated(error))
              this.#end('The token is not good any more.');
          })
          .finally(() => this.#isOver || this.#watchRights());
      },
      recheckMs - (performance.now() % recheckMs),
    ).unref();
  }
}
