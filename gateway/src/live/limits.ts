/** What one client may hold open, and how long others wait for it. */
export interface LiveLimits {
  /** Open sockets of the process, whoever holds them. */
  sockets: number;
  /** Open sockets of one person or app. */
  socketsPerSubject: number;
  /** Operations at once on one socket. */
  operations: number;
  /** Bytes of one message of a client. */
  message: number;
  /** Milliseconds from opening to `connection_init`. */
  initMs: number;
  /** Between pings; a socket that left the last one unanswered is cut. */
  pingMs: number;
  /** Unsent bytes of a socket beyond which it gets nothing more until it has read. */
  unsent: number;
  /** Milliseconds that a socket may stay in that state. */
  slowMs: number;
  /** Milliseconds between looks whether the caller still is who it was. */
  recheckMs: number;
  /** Events kept for clients that come back or lag behind: how many, and bytes of them, for each stream. */
  kept: number;
  keptBytes: number;
  /** Milliseconds that a stream is kept after its last reader left. */
  lingerMs: number;
  /** Events of a stream that are completed at the same time, and that may wait for it. */
  atOnce: number;
  waiting: number;
  /** Milliseconds that an event waits for a subgraph that does not answer, before it goes out with holes. */
  completeMs: number;
}

export const LIVE_LIMITS: LiveLimits = {
  sockets: 20_000,
  socketsPerSubject: 20,
  operations: 100,
  message: 256 * 1024,
  initMs: 5_000,
  pingMs: 12_000,
  unsent: 1024 * 1024,
  slowMs: 30_000,
  recheckMs: 3_000,
  kept: 1024,
  keptBytes: 4 * 1024 * 1024,
  lingerMs: 15_000,
  atOnce: 16,
  waiting: 5_000,
  completeMs: 5_000,
};
