import { GraphQLError } from 'graphql';
import type { Actor } from '@deskgraph/common/auth/access';
import { graphqlError } from '@deskgraph/common/core/errors';
import type { Caller, Identify } from '../../auth/identity.ts';
import { canonicalJson } from '../streams/scope.ts';

export interface SessionOptions {
  identify: Identify;
  /** Interval between two checks of the caller's identity and rights. */
  rightsCheckIntervalMs: number;
  /** The client has presented a newer token that grants other rights. */
  onTokenRightsChanged: () => void;
  /** The caller's rights have changed on the server. */
  onRightsChanged: () => void;
  /** The token has expired or is no longer valid. */
  onEnded: (reason: string) => void;
}

/** `setTimeout` fires at once for delays above 2^31 ms. */
const MAX_TIMER_MS = 24 * 60 * 60 * 1000;

const isUnauthenticated = (error: unknown): boolean =>
  error instanceof GraphQLError && error.extensions['code'] === 'UNAUTHENTICATED';
/** The fields of an actor that decide what it may see; their order does not matter. */
const rightsOf = ({ actor: { role, scopes, departments, filter } }: Caller): string =>
  canonicalJson([role, scopes.toSorted(), departments.toSorted(), filter ?? null]);
const subjectOf = ({ actor }: Caller): string => `${actor.workspace}\0${actor.id}`;

/** The caller of a long-lived connection: signs in once, is checked again, ends with the token. */
export class ClientSession {
  readonly #options: SessionOptions;
  #authorization: string | undefined;
  #caller: Caller | undefined;
  #expiryTimer: NodeJS.Timeout | undefined;
  #rightsTimer: NodeJS.Timeout | undefined;
  #isClosed = false;

  private constructor(
    options: SessionOptions,
    authorization: string | undefined,
    caller: Caller | undefined,
  ) {
    this.#options = options;
    this.#authorization = authorization;
    this.#caller = caller;
    if (!caller) return;
    this.#scheduleExpiry();
    this.#scheduleRightsCheck();
  }

  /** @throws UNAUTHENTICATED or UNAVAILABLE */
  static async open(
    authorization: string | undefined,
    needsSignIn: boolean,
    options: SessionOptions,
  ): Promise<ClientSession> {
    const caller = await options.identify(authorization);
    if (needsSignIn && !caller) throw graphqlError('UNAUTHENTICATED');
    return new ClientSession(options, authorization, caller);
  }

  get actor(): Actor | undefined {
    return this.#caller?.actor;
  }

  get authorization(): string | undefined {
    return this.#authorization;
  }

  /** Identifies the caller in limits; empty for an anonymous one. */
  get subject(): string {
    return this.#caller ? subjectOf(this.#caller) : '';
  }

  /** Takes a newer token of the same caller. The token of another caller ends the session. */
  async renew(authorization: string): Promise<void> {
    try {
      const caller = await this.#options.identify(authorization);
      if (!caller || subjectOf(caller) !== this.subject) throw graphqlError('UNAUTHENTICATED');
      this.#authorization = authorization;
      this.#updateCaller(caller, this.#options.onTokenRightsChanged);
      this.#scheduleExpiry();
    } catch (error) {
      if (isUnauthenticated(error)) this.#end('The token is invalid.');
    }
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#expiryTimer);
    clearTimeout(this.#rightsTimer);
  }

  #end(reason: string): void {
    if (this.#isClosed) return;
    this.close();
    this.#options.onEnded(reason);
  }

  #updateCaller(caller: Caller, onChange: () => void): void {
    const previous = this.#caller;
    this.#caller = caller;
    if (this.#isClosed || !previous || caller === previous) return;
    if (rightsOf(caller) !== rightsOf(previous)) onChange();
  }

  #scheduleExpiry(): void {
    clearTimeout(this.#expiryTimer);
    if (this.#isClosed) return;
    const remaining = this.#caller!.expiresAt - Date.now();
    const expire = (): void =>
      remaining > MAX_TIMER_MS ? this.#scheduleExpiry() : this.#end('The token has expired.');
    const delay = Math.max(0, Math.min(remaining, MAX_TIMER_MS));
    this.#expiryTimer = setTimeout(expire, delay).unref();
  }

  /**
   * Ends the session, or changes its rights, within seconds after a right was withdrawn. While the
   * identity lookup is unavailable, the last known rights hold. All sessions of the process check
   * at the same moments, so that their lookups are batched.
   */
  #scheduleRightsCheck(): void {
    const { rightsCheckIntervalMs } = this.#options;
    const delay = rightsCheckIntervalMs - (performance.now() % rightsCheckIntervalMs);
    this.#rightsTimer = setTimeout(() => void this.#checkRights(), delay).unref();
  }

  async #checkRights(): Promise<void> {
    const { identify, rightsCheckIntervalMs, onRightsChanged } = this.#options;
    const authorization = this.#authorization;
    try {
      const caller = await identify(authorization, rightsCheckIntervalMs / 2);
      // The token may have been renewed meanwhile.
      if (authorization === this.#authorization && caller)
        this.#updateCaller(caller, onRightsChanged);
    } catch (error) {
      if (authorization === this.#authorization && isUnauthenticated(error))
        this.#end('The token is no longer valid.');
    }
    if (!this.#isClosed) this.#scheduleRightsCheck();
  }
}
