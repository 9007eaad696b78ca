/** Limits of long-lived connections and of the streams behind them. */
export interface LiveLimits {
  /** Open sockets and streaming responses of the process, of all callers together. */
  maxConnections: number;
  /** Open sockets and streaming responses of one user or app. */
  maxConnectionsPerSubject: number;
  /** Operations at the same time on one socket. */
  maxOperationsPerSocket: number;
  /** Size of one message of a client. */
  maxMessageBytes: number;
  /** Time from the opening of a socket to its `connection_init`. */
  initTimeoutMs: number;
  /**
   * Interval between the pings of a socket, and between the comments of server-sent events. A
   * socket that has not answered the last ping is terminated.
   */
  pingIntervalMs: number;
  /** Interval between the empty parts of a multipart body. */
  heartbeatIntervalMs: number;
  /** Unsent bytes of a connection above which it gets no more until the client has read. */
  maxUnsentBytes: number;
  /** Time that a client may stay above `maxUnsentBytes` before it is disconnected. */
  slowClientTimeoutMs: number;
  /** Interval between two checks of the caller's identity and rights. */
  rightsCheckIntervalMs: number;
  /** Events that one stream keeps for clients that reconnect or lag behind. */
  maxBufferedEvents: number;
  /** Bytes of these events. */
  maxBufferedBytes: number;
  /**
   * Age up to which a snapshot is sent to clients that join later. The fields that other subgraphs
   * added to it may have changed since.
   */
  snapshotMaxAgeMs: number;
  /** Time that a stream stays open after its last reader has left. */
  streamGraceMs: number;
  /** Events of one stream that are completed at the same time. */
  completionConcurrency: number;
  /** Events of one stream that may be in completion or wait for it. */
  maxPendingEvents: number;
  /** Time that an event waits for an unavailable subgraph before it is sent incomplete. */
  completionTimeoutMs: number;
}

export const LIVE_LIMITS: LiveLimits = {
  maxConnections: 20_000,
  maxConnectionsPerSubject: 20,
  maxOperationsPerSocket: 100,
  maxMessageBytes: 256 * 1024,
  initTimeoutMs: 5_000,
  pingIntervalMs: 12_000,
  heartbeatIntervalMs: 5_000,
  maxUnsentBytes: 1024 * 1024,
  slowClientTimeoutMs: 30_000,
  rightsCheckIntervalMs: 3_000,
  maxBufferedEvents: 1024,
  maxBufferedBytes: 4 * 1024 * 1024,
  snapshotMaxAgeMs: 2_000,
  streamGraceMs: 15_000,
  completionConcurrency: 16,
  maxPendingEvents: 5_000,
  completionTimeoutMs: 5_000,
};
