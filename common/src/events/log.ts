import type { Actor } from '../auth/access.ts';
import { type EntityManager, sql } from '../database/database.ts';
import { newUuid } from '../core/id.ts';
import type { Context } from '../database/context.ts';

/** Who did it, as it is kept with a fact for ever. */
export interface EventActor {
  kind: Actor['kind'];
  id: string;
  name: string;
}

/** One fact of the event log. `position` grows without gaps in the order of commits. */
export interface DomainEvent<Data = Record<string, unknown>> {
  position: number;
  id: string;
  /** UUID of the tenant. */
  workspace: string;
  type: string;
  /** Typed id of the thing that it is about, and that thing's version after it. */
  subject: string;
  version: number;
  actor: EventActor;
  occurredAt: string;
  data: Data;
}

export interface EventOptions {
  /** When it happened, for facts taken over from elsewhere; default now. */
  occurredAt?: Date;
  actor?: EventActor;
}

/**
 * Tells the world what happened, in the transaction that made it happen: the only way to tell it. Subscriptions, other services, timelines
 * and reports read the log that this feeds.
 */
export async function appendEvent(
  context: Context,
  type: string,
  subject: { id: string; version: number },
  data: object,
  options: EventOptions = {},
): Promise<void> {
  await appendEvents(context, [{ type, subject, data, ...options }]);
}

export interface NewEvent extends EventOptions {
  type: string;
  subject: { id: string; version: number };
  data: object;
}

/** As many facts as one statement carries. */
const AT_ONCE = 5_000;

const gathered = new WeakMap<Context, NewEvent[]>();

/** Does work of which all is stored, and all facts are told, together at its end: whoever reads rows meanwhile stores first what has changed. */
export async function bufferEvents<T>(context: Context, work: () => Promise<T>): Promise<T> {
  const facts: NewEvent[] = [];
  gathered.set(context, facts);
  const result = await work().finally(() => gathered.delete(context));
  await appendEvents(context, facts);
  return result;
}

/** Several facts of one transaction, in order; with one statement, but for thousands of them. */
export async function appendEvents(context: Context, facts: readonly NewEvent[]): Promise<void> {
  if (!facts.length) return;
  const later = gathered.get(context);
  if (later) return void later.push(...facts);
  context.dryRunEvents?.push(...facts);
  await context.em.flush();
  for (let from = 0; from < facts.length; from += AT_ONCE)
    await write(context, facts.slice(from, from + AT_ONCE));
  context.afterCommit(() => nudge(context.orm));
}

async function write(context: Context, facts: readonly NewEvent[]): Promise<void> {
  const { id, kind, name } = context.actor;
  const rows = facts.map(({ type, subject, actor, occurredAt: at, data }) => ({
    event_id: newUuid(),
    type,
    subject: subject.id,
    version: subject.version,
    actor: actor ?? { kind, id, name },
    at: at ?? new Date(),
    data: context.cause ? Object.assign({}, data, { because: context.cause }) : data,
  }));
  await sql`
    insert into outbox (event_id, workspace_id, type, subject, version, actor, at, data)
    select event_id, ${context.workspace}::uuid, type, subject, version, actor, at, data from rows from (
      jsonb_to_recordset(${JSON.stringify(rows)}::jsonb)
        as (event_id uuid, type text, subject text, version integer, actor jsonb, at timestamptz, data jsonb)
    ) with ordinality as told(event_id, type, subject, version, actor, at, data, place) order by place`.execute(
    context.em.getKysely(),
  );
}

const relays = new WeakMap<object, () => void>();
/** The relay of this process wants to know at once when something was recorded. */
export const onEventsAppended = (orm: object, wake: () => void): void => void relays.set(orm, wake);
const nudge = (orm: object): void => relays.get(orm)?.();

/** Which part of the log is read. */
export interface EventRange {
  workspace?: string;
  /** Only facts about these things. */
  subjects?: readonly string[] | undefined;
  /** Not beyond this position. */
  until?: number;
}

/** Reads the log after a position, in order; of one workspace or, in a session of all of them, the whole. */
export async function eventsAfter(
  em: EntityManager,
  position: number,
  limit: number,
  { workspace, subjects, until }: EventRange = {},
): Promise<DomainEvent[]> {
  const own = sql`
    ${workspace ? sql`and workspace_id = ${workspace}::uuid` : sql``} ${subjects ? sql`and subject = any(${subjects}::text[])` : sql``}
    ${until === undefined ? sql`` : sql`and position <= ${until}`}`;
  const { rows } = await sql<Record<string, unknown>>`
    select position, event_id, workspace_id, type, subject, version, actor, at, data from event_log
    where position > ${position} ${own} order by position limit ${limit}`.execute(em.getKysely());
  return rows.map(eventFromRow);
}

/** So long after a restart a reader finds in memory what it has missed. */
const RECENT = '5 minutes';

/** The facts up to a position that are recent, without a gap; at most `limit`. */
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

/** So long a stream can be resumed; the log itself is kept longer. */
const RESUMED = '30 days';

/**
 * What a place in the log is good for: is all that followed it still there, and is what the workspace's reader has missed young enough to be
 * told by a stream? A place beyond the end is of another log.
 */
export async function resumeStatus(
  em: EntityManager,
  workspace: string,
  position: number,
): Promise<{ kept: boolean; young: boolean }> {
  const { rows } = await sql<{ kept: boolean; young: boolean | null }>`
    select ${position}::bigint between base and head as kept, (
      select logged_at > now() - ${RESUMED}::interval from event_log
      where workspace_id = ${workspace}::uuid and position > ${position} order by position limit 1
    ) as young from relay_state`.execute(em.getKysely());
  const { kept, young } = rows[0]!;
  return { kept, young: young ?? true };
}

/** The fact in a row of the log. */
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

/** Rows of the session's workspace, or of all when the workspace is `*`. */
const OWN = `
    workspace_id = (select nullif(nullif(current_setting('desk.workspace', true), ''), '*')::uuid)
    or (select current_setting('desk.workspace', true) = '*')`;

/** The statements that let a session see and write facts of its own workspace in a table, or of all when the workspace is `*`. */
export const crossWorkspaceRowSecurity = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy workspace on ${table} using (${OWN}) with check (${OWN});`;

/**
 * The statements after which facts are read and added, and nobody but the owner of the database changes or deletes one: for whoever else tries,
 * there is none.
 */
export const appendOnlyEventLog = `
  drop policy workspace on event_log;
  create policy reads on event_log for select using (${OWN});
  create policy adds on event_log for insert with check (${OWN});
  create policy owns on event_log for update to current_user using (${OWN}) with check (${OWN});`;

/**
 * The statements that make outbox and log. A session sees the facts of its own workspace; the relay and the feed, which serve all of
 * them, set the workspace to `*`.
 */
export const eventTables = `
  create table outbox (
    id bigint generated always as identity primary key, event_id uuid not null, workspace_id uuid not null, type text not null,
    subject text not null, version integer not null, actor jsonb not null, at timestamptz not null, data jsonb not null
  );
  create table event_log (
    position bigint not null, event_id uuid not null, workspace_id uuid not null, type text not null, subject text not null,
    version integer not null, actor jsonb not null, at timestamptz not null, data jsonb not null, logged_at timestamptz not null,
    primary key (position)
  ) partition by range (position);
  create table event_log_1 partition of event_log for values from (0) to (100000000);
  create index event_log_subject on event_log (workspace_id, subject, position);
  create table relay_state (one boolean primary key default true check (one), head bigint not null);
  insert into relay_state (head) values (0);
  create table feed_position (source text primary key, position bigint not null);
  ${['outbox', 'event_log'].map(crossWorkspaceRowSecurity).join('')}`;
