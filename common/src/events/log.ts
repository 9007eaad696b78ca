import { EVENT_VERSIONS, type EventData, type EventType } from '../contract/events.ts';
import { newUuid } from '../core/id.ts';
import type { Context } from '../database/context.ts';
import { type EntityManager, sql } from '../database/database.ts';
import { execute } from '../database/query.ts';
import type { DomainEvent, EventActor, EventOptions, NewEvent } from './types.ts';

/**
 * Appends an event to the log, in the transaction of the change that it reports. Subscriptions,
 * other services, timelines and reports read that log.
 *
 * @example
 * await appendEvent(ctx, 'tag.created', tag, { state: tagState(tag) });
 */
export async function appendEvent<Type extends EventType>(
  ctx: Context,
  type: Type,
  subject: { id: string; version: number },
  data: EventData<Type>,
  options: EventOptions = {},
): Promise<void> {
  await appendEvents(ctx, [{ type, subject, data, ...options } as NewEvent]);
}

const buffers = new WeakMap<Context, NewEvent[]>();

/**
 * Buffers the events appended by `work` and writes entities and events once at the end. Code that
 * queries rows inside `work` must flush first.
 */
export async function bufferEvents<T>(ctx: Context, work: () => Promise<T>): Promise<T> {
  const buffer: NewEvent[] = [];
  buffers.set(ctx, buffer);
  const result = await work().finally(() => buffers.delete(ctx));
  await appendEvents(ctx, buffer);
  return result;
}

/** Events per INSERT statement. */
const BATCH_SIZE = 5_000;

/** Appends several events of one transaction, in order. Changed entities are flushed first. */
export async function appendEvents(ctx: Context, events: readonly NewEvent[]): Promise<void> {
  if (!events.length) return;
  const buffer = buffers.get(ctx);
  if (buffer) return void buffer.push(...events);
  ctx.dryRunEvents?.push(...events);
  await ctx.em.flush();
  for (let from = 0; from < events.length; from += BATCH_SIZE)
    await insertIntoOutbox(ctx, events.slice(from, from + BATCH_SIZE));
  ctx.afterCommit(() => relayWakeups.get(ctx.orm)?.());
}

async function insertIntoOutbox(ctx: Context, events: readonly NewEvent[]): Promise<void> {
  const { id, kind, name } = ctx.actor;
  const rows = events.map(({ type, subject, actor, occurredAt, data }) => ({
    event_id: newUuid(),
    type,
    subject: subject.id,
    version: subject.version,
    actor: actor ?? { kind, id, name },
    at: occurredAt ?? new Date(),
    data: withMetadata(ctx, type, data),
  }));
  await execute(
    ctx,
    sql`
      insert into outbox (event_id, workspace_id, type, subject, version, actor, at, data)
      select event_id, ${ctx.workspace}::uuid, type, subject, version, actor, at, data
      from rows from (
        jsonb_to_recordset(${JSON.stringify(rows)}::jsonb) as (
          event_id uuid, type text, subject text, version integer, actor jsonb, at timestamptz,
          data jsonb)
      ) with ordinality as new_event(event_id, type, subject, version, actor, at, data, ordinal)
      order by ordinal`,
  );
}

/** The data as it is stored: with the cause of the change and the version of the data. */
function withMetadata(ctx: Context, type: EventType, data: object): object {
  const payloadVersion = EVENT_VERSIONS[type];
  return {
    ...data,
    ...(payloadVersion && { payloadVersion }),
    ...(ctx.cause && { because: ctx.cause }),
  };
}

const relayWakeups = new WeakMap<object, () => void>();

/** Registers the wake-up of this process's outbox relay, called after each commit with events. */
export const onEventsAppended = (orm: object, wake: () => void): void =>
  void relayWakeups.set(orm, wake);

/** A part of the log. Without a workspace: all of them, in a session with `desk.workspace` `*`. */
export interface EventRange {
  workspace?: string;
  /** Only events of these subjects. */
  subjects?: readonly string[] | undefined;
  /** The last position, inclusive. */
  until?: number;
}

/** At most `limit` events after a position, in order. */
export async function eventsAfter(
  em: EntityManager,
  position: number,
  limit: number,
  { workspace, subjects, until }: EventRange = {},
): Promise<DomainEvent[]> {
  const inRange = sql`
    ${workspace ? sql`and workspace_id = ${workspace}::uuid` : sql``}
    ${subjects ? sql`and subject = any(${subjects}::text[])` : sql``}
    ${until === undefined ? sql`` : sql`and position <= ${until}`}`;
  const { rows } = await sql<Record<string, unknown>>`
    select position, event_id, workspace_id, type, subject, version, actor, at, data
    from event_log where position > ${position} ${inRange} order by position limit ${limit}`.execute(
    em.getKysely(),
  );
  return rows.map(eventFromRow);
}

/** Age of the events that are cached when a process starts: clients reconnect within minutes. */
const RECENT = '5 minutes';

/** The recent events up to a position, without gaps; at most `limit`. */
export async function recentEvents(
  em: EntityManager,
  until: number,
  limit: number,
): Promise<DomainEvent[]> {
  const { rows } = await sql<{ last: string }>`
    select coalesce(max(position), ${until - limit}) as last from event_log
    where position > ${until - limit} and logged_at < now() - ${RECENT}::interval`.execute(
    em.getKysely(),
  );
  return eventsAfter(em, Number(rows[0]!.last), limit, { until });
}

/** Streams resume from events of this age at most. The log keeps events longer. */
const MAX_RESUME_AGE = '30 days';

export interface ResumeStatus {
  /** All events after the position are stored. False for a position beyond the end of the log. */
  isStored: boolean;
  /** The next event of the workspace is young enough for a stream to resume. */
  isRecent: boolean;
}

/** Whether a reader of a workspace can go on from a position of the log. */
export async function resumeStatus(
  em: EntityManager,
  workspace: string,
  position: number,
): Promise<ResumeStatus> {
  const { rows } = await sql<{ is_stored: boolean; is_recent: boolean | null }>`
    select ${position}::bigint between base and head as is_stored, (
      select logged_at > now() - ${MAX_RESUME_AGE}::interval from event_log
      where workspace_id = ${workspace}::uuid and position > ${position} order by position limit 1
    ) as is_recent from relay_state`.execute(em.getKysely());
  const { is_stored: isStored, is_recent: isRecent } = rows[0]!;
  return { isStored, isRecent: isRecent ?? true };
}

export const eventFromRow = (row: Record<string, unknown>): DomainEvent => ({
  position: Number(row['position']),
  id: row['event_id'] as string,
  workspace: row['workspace_id'] as string,
  type: row['type'] as string,
  subject: row['subject'] as string,
  version: row['version'] as number,
  actor: row['actor'] as EventActor,
  occurredAt: new Date(row['at'] as string).toISOString(),
  data: row['data'] as Record<string, unknown>,
});
