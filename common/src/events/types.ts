import type { Actor } from '../auth/access.ts';
import type { EventData, EventType } from '../contract/events.ts';
import type { EntityManager } from '../database/database.ts';

/** The actor of an event, as stored with it. */
export interface EventActor {
  kind: Actor['kind'];
  id: string;
  name: string;
}

/** One event of the log. Positions grow in commit order, without gaps. */
export interface DomainEvent<Data = Record<string, unknown>> {
  position: number;
  id: string;
  /** UUID of the workspace. */
  workspace: string;
  type: string;
  /** Typed id of the changed entity, and its version after the change. */
  subject: string;
  version: number;
  actor: EventActor;
  occurredAt: string;
  data: Data;
}

export interface EventOptions {
  /** Time of the change; default now. Differs from now for imported events. */
  occurredAt?: Date;
  /** Default: the caller. */
  actor?: EventActor;
}

/** An event to append. `subject` is the changed entity with its version after the change. */
export type NewEvent<Type extends EventType = EventType> = Type extends EventType
  ? EventOptions & {
      type: Type;
      subject: { id: string; version: number };
      data: EventData<Type>;
    }
  : never;

/** Which events of the log a reader gets, and from where. */
export interface EventLogReader {
  workspace: string;
  /** The last position that the reader has seen. */
  from: number;
  signal: AbortSignal;
  /** Filters events, default all. Must be fast: it is called for every event of the workspace. */
  isRelevant?: (event: DomainEvent) => boolean;
  /**
   * All subjects of relevant events, if they are few: narrows the query for events that are no
   * longer cached.
   */
  subjects?: (em: EntityManager) => Promise<readonly string[] | undefined>;
}

/** Relevant events, and the position up to which there are no others. May hold a position only. */
export interface EventBatch {
  events: DomainEvent[];
  position: number;
}

/** The end of the event log, shared by all subscriptions of a process. See `EventLogTail`. */
export interface EventTail {
  /** The last position that this process has read. */
  readonly head: number;
  /** The event at a position, if it is cached. */
  cachedEvent(position: number): DomainEvent | undefined;
  /** Starts reading the log on first use. */
  ready(): Promise<void>;
  /**
   * The position to follow from: the end of the log, or a reader's last position in a workspace.
   * Throws CursorExpired when later events are no longer stored or too old to resume from.
   */
  startPosition(from?: { workspace?: string; after?: number | undefined }): Promise<number>;
  /** Relevant events in order, each once, in batches, until the signal aborts. */
  follow(reader: EventLogReader): AsyncGenerator<EventBatch, void, void>;
}
