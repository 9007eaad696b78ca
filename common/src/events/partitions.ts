import type { Client } from 'pg';
import type { Log } from '../core/log.ts';

/**
 * So many positions are one partition of the log: some ten gigabytes. What is asked without a position (the facts of one thing) looks into
 * each, so they should be few.
 */
const PARTITION = 10_000_000;

/**
 * The statements that part the log by positions, for a migration. `make_log_room` lets the relay, which owns nothing, make the next partition:
 * one whole is always ahead of the head, and a partition is attached without waiting for readers or writers, or they for it. Nobody but its
 * owner reads a partition past the log's row security. `detach_log` is for the operator: it takes the partitions that end at or before a
 * position out of the log, for the archive; timelines and reports that are rebuilt then begin behind it.
 */
export const eventLogPartitions = (size = PARTITION): string => `
  alter table relay_state
    add column room bigint not null default 0, add column base bigint not null default 0,
    add column partition_size bigint not null default ${size} check (partition_size >= 1000);
  update relay_state set room = (head / partition_size + 1) * partition_size;
  alter table event_log detach partition event_log_1;
  do $$ begin
    execute format('alter table event_log attach partition event_log_1 for values from (0) to (%s)', (select room from relay_state));
  end $$;
  alter table event_log_1 enable row level security;

  create function make_log_room() returns void language plpgsql security definer
    set search_path = pg_catalog, pg_temp set lock_timeout = '2s' as $$
  declare
    state public.relay_state;
    part text;
  begin
    select * into state from public.relay_state for update;
    while state.room - state.head <= state.partition_size loop
      part := 'event_log_' || state.room;
      execute format('create table public.%I (like public.event_log including all)', part);
      execute format('alter table public.%I enable row level security', part);
      execute format('alter table public.event_log attach partition public.%I for values from (%s) to (%s)',
        part, state.room, state.room + state.partition_size);
      state.room := state.room + state.partition_size;
    end loop;
    update public.relay_state set room = state.room;
  end $$;

  create function detach_log(upto bigint) returns setof text language plpgsql set search_path = pg_catalog, pg_temp as $$
  declare
    part record;
  begin
    for part in
      select child.oid::regclass as name, (regexp_match(pg_get_expr(child.relpartbound, child.oid), 'TO \\(''(\\d+)''\\)'))[1]::bigint as bound
      from pg_inherits join pg_class child on child.oid = inhrelid where inhparent = 'public.event_log'::regclass order by bound
    loop
      exit when part.bound > upto or part.bound > (select head from public.relay_state);
      execute format('alter table public.event_log detach partition %s', part.name);
      update public.relay_state set base = part.bound - 1;
      return next part.name;
    end loop;
  end $$;
  select make_log_room();`;

/** A relay that can't make room goes on while there is some, and tries again with its next batch. */
export const createNextPartition = async (client: Client, log: Log): Promise<void> => {
  await client
    .query('select make_log_room()')
    .catch((error: unknown) => log.error({ err: error }, 'the log gets no new partition'));
};
