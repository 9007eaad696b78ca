import { Migration } from '@mikro-orm/migrations';

/**
 * Spam, and what is in the bin, is left out of reports. Whether it is stands in the indexes too, and with each stretch, so that to leave it out
 * costs no look at the tickets; the stretches follow their ticket.
 */
export class Bin extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket
        add column spam boolean not null default false, add column deleted boolean not null default false,
        add column hidden boolean not null generated always as (spam or deleted) stored;
      alter table unsolved add column hidden boolean not null default false;
      drop index ticket_created, ticket_solved, ticket_responded, unsolved_closed;
      create index ticket_created on ticket (workspace_id, created_at)
        include (status, priority, channel, created_department_id, created_agent_id, hidden);
      create index ticket_solved on ticket (workspace_id, solved_at)
        include (status, priority, channel, solved_department_id, solved_agent_id, resolution_seconds, hidden) where solved_at is not null;
      create index ticket_responded on ticket (workspace_id, responded_at)
        include (status, priority, channel, responded_department_id, responded_agent_id, response_seconds, hidden) where responded_at is not null;
      create index unsolved_closed on unsolved (workspace_id, closed_at) include (opened_at, department_id, agent_id, ticket_id, hidden);

      create function hide_stretches() returns trigger language plpgsql set search_path = public, pg_temp as $$
      begin
        update unsolved set hidden = new.hidden where workspace_id = new.workspace_id and ticket_id = new.id and hidden <> new.hidden;
        return null;
      end $$;
      create trigger stretches_hidden after update on ticket for each row when (new.hidden <> old.hidden) execute function hide_stretches();
    `);
  }
}
