import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';
import { eventTables } from '@deskgraph/common/events/tables';
import { idempotencyTable } from '@deskgraph/common/graphql/idempotency';

const stamps = `version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null`;

/**
 * Under row security PostgreSQL uses an index only for comparisons that leak nothing, and `@@` is none of them: it would read every text.
 * So words are looked up by a function of the owner, whom the policy of `ticket_text` does not bind; it keeps to the session's workspace
 * itself. What requesters may read needs no index: they have few tickets.
 */
export class First extends Migration {
  override up(): void {
    this.addSql(`
      create table workspace (
        id uuid primary key, name text not null, on_hold_enabled boolean not null default false,
        close_after text not null default 'P28D', version integer not null default 1, created_at timestamptz(3) not null default now()
      );
      alter table workspace enable row level security;
      alter table workspace force row level security;
      create policy workspace on workspace
        using (id = (select nullif(current_setting('desk.workspace', true), '')::uuid))
        with check (id = (select nullif(current_setting('desk.workspace', true), '')::uuid));

      create table agent (
        id uuid primary key, workspace_id uuid not null references workspace, email text not null, name text not null, role text not null,
        locale text, active boolean not null, ${stamps}
      );
      create unique index agent_email on agent (workspace_id, email);
      create table department (id uuid primary key, workspace_id uuid not null references workspace, name text not null, ${stamps});
      create unique index department_name on department (workspace_id, lower(name));
      create table agent_department (
        workspace_id uuid not null, agent_id uuid not null references agent, department_id uuid not null references department,
        primary key (agent_id, department_id)
      );
      create index agent_department_department on agent_department (workspace_id, department_id);
      create table tag (id uuid primary key, workspace_id uuid not null references workspace, name text not null, color text, ${stamps});
      create unique index tag_name on tag (workspace_id, name);

      create table requester (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, organization_id uuid, locale text
      );
      create index requester_workspace on requester (workspace_id);
      create table requester_identity (
        workspace_id uuid not null, kind text not null, value text not null, requester_id uuid not null references requester,
        primary key (workspace_id, kind, value)
      );
      create index requester_identity_requester on requester_identity (requester_id);

      create table ticket (
        id uuid primary key, workspace_id uuid not null references workspace, number integer not null,
        app_id uuid, external_id text, subject text not null, description text not null, locale text,
        status text not null, priority text not null,
        priority_rank smallint not null generated always as (array_position(array['LOW', 'NORMAL', 'HIGH', 'URGENT'], priority)) stored,
        department_id uuid references department, assignee_id uuid references agent,
        requester_id uuid not null, requester_name text not null, organization_id uuid, tags text[] not null, product text,
        channel text not null, origin text not null, created_by_kind text not null, created_by_id text not null, created_by_name text not null,
        follow_up_of_id uuid references ticket, waiting_since timestamptz(3), handled boolean not null, first_reply_at timestamptz(3),
        solved_at timestamptz(3), solved_by_id uuid references agent, resolution_code text, resolution_text text,
        closes_at timestamptz(3), closed_at timestamptz(3), reopen_count integer not null, transfer_count integer not null,
        public_version integer not null, public_updated_at timestamptz(3) not null, ${stamps}
      );
      create unique index ticket_number on ticket (workspace_id, number);
      create unique index ticket_external on ticket (workspace_id, app_id, external_id);
      create index ticket_created on ticket (workspace_id, created_at, id);
      create index ticket_updated on ticket (workspace_id, updated_at, id);
      create index ticket_waiting on ticket (workspace_id, waiting_since, id);
      create index ticket_status on ticket (workspace_id, status, waiting_since, id);
      create index ticket_priority on ticket (workspace_id, priority_rank, id);
      create index ticket_requester on ticket (workspace_id, requester_id, waiting_since, id);
      create index ticket_organization on ticket (workspace_id, organization_id, waiting_since, id);
      create index ticket_assignee on ticket (workspace_id, assignee_id, status);
      create index ticket_department on ticket (workspace_id, department_id, status);
      create table ticket_tag (
        workspace_id uuid not null, name text collate "C" not null, ticket_id uuid not null references ticket deferrable initially deferred,
        primary key (workspace_id, name, ticket_id)
      );
      create index ticket_tag_ticket on ticket_tag (ticket_id);

      create table message (
        id uuid primary key, workspace_id uuid not null, ticket_id uuid not null references ticket deferrable initially deferred, visibility text not null,
        channel text not null, author_kind text not null, author_id text not null, author_name text not null,
        body text not null, text text not null, html text not null, delivery text not null,
        app_id uuid, external_id text, ${stamps}
      );
      create index message_ticket on message (ticket_id, created_at, id);
      create unique index message_external on message (workspace_id, app_id, external_id);

      create table ticket_text (
        ticket_id uuid primary key references ticket deferrable initially deferred, workspace_id uuid not null, public tsvector not null, everything tsvector not null
      );
      create index ticket_text_everything on ticket_text using gin (everything) with (gin_pending_list_limit = 256);

      ${idempotencyTable}
      ${eventTables}
    `);
    for (const table of SECURED) this.addSql(rowSecurity(table));
    this.addSql(`
      alter table ticket_text no force row level security;
      create function tickets_with(words tsquery, most integer) returns setof uuid
        language plpgsql stable security definer rows 200 set search_path = pg_catalog as $$
      begin
        return query select ticket_id from public.ticket_text
          where everything @@ words and workspace_id = nullif(current_setting('desk.workspace', true), '')::uuid limit most;
      end $$;
    `);
    this.addSql(`
      create function keep_ticket_tags() returns trigger language plpgsql set search_path = public as $$
      begin
        delete from ticket_tag where ticket_id = new.id and name <> all (new.tags);
        insert into ticket_tag (workspace_id, name, ticket_id) select new.workspace_id, unnest(new.tags), new.id on conflict do nothing;
        return null;
      end $$;
      create trigger ticket_tags_kept after insert on ticket for each row when (new.tags <> '{}') execute function keep_ticket_tags();
      create trigger ticket_tags_changed after update of tags on ticket for each row when (new.tags is distinct from old.tags)
        execute function keep_ticket_tags();
    `);
    this.addSql(`
      create schema numbers;
      create function next_ticket_number(workspace uuid) returns integer language plpgsql security definer set search_path = pg_catalog as $$
      declare
        sequence text := format('numbers.%I', workspace::text);
      begin
        if to_regclass(sequence) is null then
          perform pg_advisory_xact_lock(hashtext(sequence));
          execute format('create sequence if not exists %s as integer', sequence);
        end if;
        return nextval(sequence);
      end $$;
    `);
  }
}

const SECURED = [
  'agent',
  'department',
  'agent_department',
  'tag',
  'requester',
  'requester_identity',
  'ticket',
  'message',
  'ticket_text',
  'ticket_tag',
  'idempotency',
];
