import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type NatsConnection, connect, nanos } from '@nats-io/transport-node';

const CONNECT_TIMEOUT_MS = 2_000;
const RECONNECT_MS = 250;
const HOUR_MS = 3_600_000;
/** Consumers that were away for longer read older events over HTTP. */
const MAX_AGE_MS = 72 * HOUR_MS;
/**
 * Period in which a repeated publication is dropped. A publisher repeats events when it died before it
 * stored its position.
 */
const DUPLICATE_WINDOW_MS = HOUR_MS;

/** Connects to `nats://[user:password@]host:port`, or `tls://…`. */
export function connectNats(address: string, name: string): Promise<NatsConnection> {
  const { protocol, host, username, password } = new URL(address);
  return connect({
    servers: host,
    name,
    timeout: CONNECT_TIMEOUT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(protocol === 'tls:' && { tls: {} }),
  });
}

/** Creates the stream if it is missing. Messages have the subject `<stream>.<workspace>.<type>`. */
export async function ensureStream(manager: JetStreamManager, stream: string): Promise<void> {
  try {
    await manager.streams.info(stream);
  } catch (error) {
    if (!(error instanceof JetStreamApiError && error.code === JetStreamApiCodes.StreamNotFound))
      throw error;
    await manager.streams.add({
      name: stream,
      subjects: [`${stream}.>`],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      max_age: nanos(MAX_AGE_MS),
      duplicate_window: nanos(DUPLICATE_WINDOW_MS),
    });
  }
}
