import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { rowSecurity } from '@deskgraph/common/database/database';
import { appendOnlyEventLog } from '@deskgraph/common/events/tables';

/**
 * Nobody changes or deletes a fact, but that those of a ticket that is removed for ever lose what they say of people. `removed_ticket` has the
 * tickets for which this is still to be done: what is on its way from the outbox to the log has to get there first.
 */
export class Kept extends Migration {
  override up(): void {
    this.addSql(`
      ${appendOnlyEventLog}
      create table removed_ticket (id uuid primary key, workspace_id uuid not null references workspace, forgets_at timestamptz(3) not null);
      ${rowSecurity('removed_ticket')}
      ${scheduledColumnSql('removed_ticket', 'forgets_at')}
      create function without_people(data jsonb, stays text[]) returns jsonb language sql immutable set search_path = pg_catalog as $$
        select data || jsonb_build_object('state', (
          select coalesce(jsonb_object_agg(key, value), '{}') from jsonb_each(data -> 'state') where key = any(stays)
        )) || case when data ? 'changes' then jsonb_build_object('changes', (
          select coalesce(jsonb_object_agg(key, case when key = any(stays) then value else '[null, null]' end), '{}')
          from jsonb_each(data -> 'changes'))) else '{}' end
      $$;
      create function forget_facts(ticket text, stays text[]) returns void language plpgsql security definer set search_path = pg_catalog as $$
      declare
        own uuid := nullif(nullif(current_setting('desk.workspace', true), ''), '*')::uuid;
      begin
        if not exists (select from public.event_log where workspace_id = own and subject = ticket and type = 'ticket.purged') then
          raise exception 'Facts forget nothing of a ticket that is there.';
        end if;
        update public.event_log set data = public.without_people(data, stays),
          actor = case actor ->> 'kind' when 'customer' then actor || '{"name": ""}' else actor end
        where workspace_id = own and subject = ticket;
      end $$;
    `);
  }
}
