/** Matches rows of the session's workspace; all rows when the session's workspace is `*`. */
const VISIBLE_ROWS = `
    workspace_id = (select nullif(nullif(current_setting('desk.workspace', true), ''), '*')::uuid)
    or (select current_setting('desk.workspace', true) = '*')`;

/**
 * Row security for tables that background work reads across workspaces: a session sees and writes
 * rows of its own workspace, or of all workspaces when `desk.workspace` is `*`.
 */
export const crossWorkspaceRowSecurity = (table: string): string => `
  alter table ${table} enable row level security;
  alter table ${table} force row level security;
  create policy workspace on ${table} using (${VISIBLE_ROWS}) with check (${VISIBLE_ROWS});`;

/**
 * Makes the event log append-only. Every role reads and inserts rows of its workspace; only the
 * owner of the tables updates them. All other updates and all deletes find no rows.
 */
export const appendOnlyEventLog = `
  drop policy workspace on event_log;
  create policy reads on event_log for select using (${VISIBLE_ROWS});
  create policy adds on event_log for insert with check (${VISIBLE_ROWS});
  create policy owns on event_log for update to current_user using (${VISIBLE_ROWS}) with check (${VISIBLE_ROWS});`;

/** The outbox, the event log, the head of the log and the positions of its consumers. */
export const eventTables = `
  create table outbox (
    id bigint generated always as identity primary key, event_id uuid not null,
    workspace_id uuid not null, type text not null, subject text not null, version integer not null,
    actor jsonb not null, at timestamptz not null, data jsonb not null
  );
  create table event_log (
    position bigint not null, event_id uuid not null, workspace_id uuid not null,
    type text not null, subject text not null, version integer not null, actor jsonb not null,
    at timestamptz not null, data jsonb not null, logged_at timestamptz not null,
    primary key (position)
  ) partition by range (position);
  create table event_log_1 partition of event_log for values from (0) to (100000000);
  create index event_log_subject on event_log (workspace_id, subject, position);
  create table relay_state (one boolean primary key default true check (one), head bigint not null);
  insert into relay_state (head) values (0);
  create table feed_position (source text primary key, position bigint not null);
  ${['outbox', 'event_log'].map(crossWorkspaceRowSecurity).join('')}`;

/** Events of a source that a consumer failed to apply. */
export const deadLetterTable = `
  create table dead_letter (
    source text not null, position bigint not null, event_id uuid not null,
    workspace_id uuid not null, subject text not null, event jsonb not null, error text not null,
    tries integer not null, at timestamptz not null default now(), primary key (source, position)
  );
  create index dead_letter_subject on dead_letter (source, subject);
  ${crossWorkspaceRowSecurity('dead_letter')}`;

/**
 * Positions per partition of the event log, about ten gigabytes. Queries without a position (the
 * events of one subject) scan an index of every partition, so there should be few.
 */
const PARTITION_SIZE = 10_000_000;

/**
 * Partitions the event log by position.
 *
 * `create_log_partition` runs as the owner and lets the relay, which owns nothing, create the next
 * partition. One whole partition is always ahead of the head; attaching it waits for no reader or
 * writer, nor they for it. Partitions have row security without a policy, so that only the owner
 * reads them directly.
 *
 * `detach_log` is for operators: it detaches the partitions that end at or before a position, for
 * the archive. Timelines and reports that are rebuilt afterwards begin after that position.
 */
export const eventLogPartitions = (size = PARTITION_SIZE): string => `
  alter table relay_state
    add column partitioned_to bigint not null default 0, add column base bigint not null default 0,
    add column partition_size bigint not null default ${size} check (partition_size >= 1000);
  update relay_state set partitioned_to = (head / partition_size + 1) * partition_size;
  alter table event_log detach partition event_log_1;
  do $$ begin
    execute format('alter table event_log attach partition event_log_1 for values from (0) to (%s)',
      (select partitioned_to from relay_state));
  end $$;
  alter table event_log_1 enable row level security;

  create function create_log_partition() returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
  declare
    state public.relay_state;
    part text;
  begin
    select * into state from public.relay_state for update;
    while state.partitioned_to - state.head <= state.partition_size loop
      part := 'event_log_' || state.partitioned_to;
      execute format('create table public.%I (like public.event_log including all)', part);
      execute format('alter table public.%I enable row level security', part);
      execute format('alter table public.event_log attach partition public.%I for values from (%s) to (%s)',
        part, state.partitioned_to, state.partitioned_to + state.partition_size);
      state.partitioned_to := state.partitioned_to + state.partition_size;
    end loop;
    update public.relay_state set partitioned_to = state.partitioned_to;
  end $$;

  create function detach_log(upto bigint) returns setof text language plpgsql
    set search_path = pg_catalog, pg_temp as $$
  declare
    part record;
  begin
    for part in
      select child.oid::regclass as name,
        (regexp_match(pg_get_expr(child.relpartbound, child.oid), 'TO \\(''(\\d+)''\\)'))[1]::bigint as bound
      from pg_inherits join pg_class child on child.oid = inhrelid
      where inhparent = 'public.event_log'::regclass order by bound
    loop
      exit when part.bound > upto or part.bound > (select head from public.relay_state);
      execute format('alter table public.event_log detach partition %s', part.name);
      update public.relay_state set base = part.bound - 1;
      return next part.name;
    end loop;
  end $$;
  select create_log_partition();`;
