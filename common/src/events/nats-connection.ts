import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
} from '@nats-io/jetstream';
import { type NatsConnection, connect, nanos } from '@nats-io/transport-node';

const CONNECT_MS = 2_000;
const RECONNECT_MS = 250;
const HOUR_MS = 3_600_000;
/** Who was away for longer reads at the door. */
const KEPT_MS = 72 * HOUR_MS;
/** So long after its publication a fact that is published again (its publisher died before it could note it down) is recognised. */
const RECOGNISED_MS = HOUR_MS;

/** `nats://[user:password@]host:port`, or `tls://…`. */
export function connectNats(address: string, name: string): Promise<NatsConnection> {
  const { protocol, host, username, password } = new URL(address);
  return connect({
    servers: host,
    name,
    timeout: CONNECT_MS,
    maxReconnectAttempts: -1,
    reconnectTimeWait: RECONNECT_MS,
    ...(username && { user: decodeURIComponent(username), pass: decodeURIComponent(password) }),
    ...(protocol === 'tls:' && { tls: {} }),
  });
}

/** A message of the stream has the subject `<stream>.<workspace>.<type>`. */
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
      max_age: nanos(KEPT_MS),
      duplicate_window: nanos(RECOGNISED_MS),
    });
  }
}
