/** Counts the connections that stay open, sockets and streaming responses alike: of the process, and of each person or app. */
export class Places {
  readonly #most: number;
  readonly #mostPerSubject: number;
  readonly #perSubject = new Map<string, number>();
  #taken = 0;

  constructor({
    connections,
    connectionsPerSubject,
  }: {
    connections: number;
    connectionsPerSubject: number;
  }) {
    this.#most = connections;
    this.#mostPerSubject = connectionsPerSubject;
  }

  get isFull(): boolean {
    return this.#taken >= this.#most;
  }

  take(): void {
    this.#taken++;
  }

  giveBack(): void {
    this.#taken--;
  }

  /** False when the caller has too many already. Nobody ('') is not counted. */
  takeFor(subject: string): boolean {
    const count = this.#perSubject.get(subject) ?? 0;
    if (subject && count >= this.#mostPerSubject) return false;
    this.#perSubject.set(subject, count + 1);
    return true;
  }

  giveBackFor(subject: string): void {
    const left = this.#perSubject.get(subject)! - 1;
    if (left > 0) this.#perSubject.set(subject, left);
    else this.#perSubject.delete(subject);
  }
}
