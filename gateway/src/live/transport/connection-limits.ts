import { setTimeout as sleep } from 'node:timers/promises';

/** Counts long-lived connections, sockets and streaming responses alike. */
export class ConnectionLimiter {
  readonly #maxConnections: number;
  readonly #maxPerSubject: number;
  readonly #countBySubject = new Map<string, number>();
  #count = 0;

  constructor({
    maxConnections,
    maxConnectionsPerSubject,
  }: {
    maxConnections: number;
    maxConnectionsPerSubject: number;
  }) {
    this.#maxConnections = maxConnections;
    this.#maxPerSubject = maxConnectionsPerSubject;
  }

  get isFull(): boolean {
    return this.#count >= this.#maxConnections;
  }

  acquire(): void {
    this.#count++;
  }

  release(): void {
    this.#count--;
  }

  /** False when the user or app has too many. Anonymous callers ('') are not limited. */
  acquireFor(subject: string): boolean {
    const count = this.#countBySubject.get(subject) ?? 0;
    if (subject && count >= this.#maxPerSubject) return false;
    this.#countBySubject.set(subject, count + 1);
    return true;
  }

  releaseFor(subject: string): void {
    const count = this.#countBySubject.get(subject)! - 1;
    if (count > 0) this.#countBySubject.set(subject, count);
    else this.#countBySubject.delete(subject);
  }
}

/** Time over which a stopping process closes all its clients, and the longest delay between two. */
const MAX_SHUTDOWN_MS = 5_000;
const MAX_DELAY_BETWEEN_CLIENTS_MS = 2;

/** Closes clients one after another, so that they do not all reconnect at the same moment. */
export async function closeStaggered<T>(
  clients: ReadonlySet<T>,
  close: (client: T) => Promise<void>,
): Promise<void> {
  const delay = Math.min(MAX_DELAY_BETWEEN_CLIENTS_MS, MAX_SHUTDOWN_MS / Math.max(1, clients.size));
  await Promise.all(
    [...clients].map(async (client, index) => {
      await sleep(index * delay);
      await close(client);
    }),
  );
}
