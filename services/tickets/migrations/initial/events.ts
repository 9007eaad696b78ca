import { rowSecurity } from '@deskgraph/common/database/database';
import {
  appendOnlyEventLog,
  deadLetterTable,
  eventLogPartitions,
  eventTables,
} from '@deskgraph/common/events/tables';
import { idempotencyCleanupPolicy, idempotencyTable } from '@deskgraph/common/graphql/idempotency';

/** Outbox, event log, consumer positions and idempotency keys. */
export const eventLogTables = `
      ${eventTables}
      create index event_log_workspace on event_log (workspace_id, position);
      ${eventLogPartitions()}
      ${appendOnlyEventLog}
      ${deadLetterTable}
      -- Notifications start with the events that follow the installation.
      insert into feed_position (source, position) select 'notifications', head from relay_state;
      ${idempotencyTable}
      ${rowSecurity('idempotency')}
      ${idempotencyCleanupPolicy}

      -- Events of a purged ticket keep the fields named in "kept" and lose personal data.
      create function redact_event_data(data jsonb, kept text[]) returns jsonb
        language sql immutable set search_path = pg_catalog as $$
        select data || jsonb_build_object('state', (
          select coalesce(jsonb_object_agg(key, value), '{}')
          from jsonb_each(data -> 'state') where key = any(kept)
        )) || case when data ? 'changes' then jsonb_build_object('changes', (
          select coalesce(
            jsonb_object_agg(key, case when key = any(kept) then value else '[null, null]' end),
            '{}')
          from jsonb_each(data -> 'changes'))) else '{}' end
      $$;
      create function redact_ticket_events(ticket text, kept text[]) returns void
        language plpgsql security definer set search_path = pg_catalog as $$
      declare
        own uuid := nullif(nullif(current_setting('desk.workspace', true), ''), '*')::uuid;
      begin
        if not exists (
          select from public.event_log
          where workspace_id = own and subject = ticket and type = 'ticket.purged'
        ) then
          raise exception 'Only events of a purged ticket are redacted.';
        end if;
        update public.event_log set data = public.redact_event_data(data, kept),
          actor = case actor ->> 'kind' when 'customer' then actor || '{"name": ""}' else actor end
        where workspace_id = own and subject = ticket;
      end $$;`;
