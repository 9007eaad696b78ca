/** What one client may hold open, and how long others wait for it. */
export interface LiveLimits {
  /** Open sockets and streaming responses of the process, whoever holds them. */
  connections: number;
  /** The same of one person or app. */
  connectionsPerSubject: number;
  /** Operations at once on one socket. */
  operations: number;
  /** Bytes of one message of a client. */
  message: number;
  /** Milliseconds from opening to `connection_init`. */
  initMs: number;
  /** Between pings, and the comments of server-sent events; a socket that left the last ping unanswered is cut. */
  pingMs: number;
  /** Between the empty parts of a multipart body. */
  heartbeatMs: number;
  /** Unsent bytes of a connection beyond which it gets nothing more until it has read. */
  unsent: number;
  /** Milliseconds that a connection may stay in that state. */
  slowMs: number;
  /** Milliseconds between looks whether the caller still is who it was. */
  recheckMs: number;
  /** Events kept for clients that come back or lag behind: how many, and bytes of them, for each stream. */
  kept: number;
  keptBytes: number;
  /** Milliseconds that a whole state is told to those who come late. What other subgraphs added to it may have changed since. */
  freshMs: number;
  /** Milliseconds that a stream is kept after its last reader left. */
  lingerMs: number;
  /** Events of a stream that are completed at the same time, and that may wait for it. */
  atOnce: number;
  waiting: number;
  /** Milliseconds that an event waits for a subgraph that does not answer, before it goes out with holes. */
  completeMs: number;
}

export const LIVE_LIMITS: LiveLimits = {
  connections: 20_000,
  connectionsPerSubject: 20,
  operations: 100,
  message: 256 * 1024,
  initMs: 5_000,
  pingMs: 12_000,
  heartbeatMs: 5_000,
  unsent: 1024 * 1024,
  slowMs: 30_000,
  recheckMs: 3_000,
  kept: 1024,
  keptBytes: 4 * 1024 * 1024,
  freshMs: 2_000,
  lingerMs: 15_000,
  atOnce: 16,
  waiting: 5_000,
  completeMs: 5_000,
};

/** The whole time over which a stopping process sends its clients away, and for one of them. */
export const LEAVE_MS = 5_000;
export const LEAVE_EACH_MS = 2;
