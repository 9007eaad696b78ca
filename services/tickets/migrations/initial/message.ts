import { rowSecurity } from '@deskgraph/common/database/database';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { versioned } from './columns.ts';

/** Messages, their files, and the full-text index of tickets. */
export const messageTables = `
      -- ticket_id is the ticket that shows the message. home_id is the ticket that the address of
      -- the message names, where a merge or split has moved it. A scheduled reply is PRIVATE until
      -- it is sent, so that every path that hides notes from requesters hides it too.
      create table message (
        id uuid primary key, workspace_id uuid not null,
        ticket_id uuid not null references ticket deferrable initially deferred,
        home_id uuid references ticket on delete set null deferrable initially deferred,
        visibility text not null, channel text not null,
        author_kind text not null, author_id text not null, author_name text not null,
        body text not null, text text not null, html text not null,
        delivery text not null, delivery_error text,
        send_at timestamptz(3), send_status text, cancel_on_reply boolean not null default false,
        mention_ids text[] not null default '{}', redacted_at timestamptz(3),
        app_id uuid, external_id text, ${versioned}
      );
      create index message_ticket on message (ticket_id, created_at, id);
      create unique index message_external on message (workspace_id, app_id, external_id);
      create index message_home on message (home_id) where home_id is not null;
      create index message_scheduled on message (ticket_id, send_at)
        where delivery = 'SCHEDULED';

      -- The scheduler looks at tickets, which are locked before their messages. The trigger keeps
      -- the earliest instant on the ticket, also when a merge moves messages.
      create function sync_next_send_at() returns trigger
        language plpgsql set search_path = public as $$
      begin
        update ticket t set sends_at = (
          select min(m.send_at) from message m
          where m.ticket_id = t.id and m.delivery = 'SCHEDULED'
        ) where t.id = new.ticket_id or (tg_op = 'UPDATE' and t.id = old.ticket_id);
        return null;
      end $$;
      create trigger message_scheduled_inserted after insert on message for each row
        when (new.delivery = 'SCHEDULED') execute function sync_next_send_at();
      create trigger message_scheduled_updated
        after update of ticket_id, delivery, send_at on message for each row
        when (old.delivery = 'SCHEDULED' or new.delivery = 'SCHEDULED')
        execute function sync_next_send_at();

      create function add_mentioned_participants() returns trigger
        language plpgsql set search_path = public as $$
      begin
        insert into participant (workspace_id, ticket_id, kind, person_id, since)
        select new.workspace_id, new.ticket_id, 'MENTIONED', unnest(new.mention_ids),
          new.created_at on conflict do nothing;
        return null;
      end $$;
      create trigger message_mentions_inserted after insert on message for each row
        when (new.mention_ids <> '{}') execute function add_mentioned_participants();

      -- Attachments of a workspace with equal bytes share a stored file. checks_at is when the
      -- scheduler checks whether an attachment still uses the bytes; a file without a
      -- hash is not found by uploads any more.
      create table stored_file (
        id uuid primary key, workspace_id uuid not null references workspace, hash bytea,
        checks_at timestamptz(3)
      );
      create unique index stored_file_hash on stored_file (workspace_id, hash);
      create table attachment (
        id uuid primary key, workspace_id uuid not null references workspace,
        message_id uuid references message deferrable initially deferred,
        uploader_id text not null, name text not null, content_type text not null,
        size integer not null, scan text not null, file_id uuid references stored_file,
        claimed_at timestamptz(3), unused_at timestamptz(3), redacted_at timestamptz(3),
        scans_at timestamptz(3), ${versioned}
      );
      create index attachment_message on attachment (message_id, id);
      create index attachment_file on attachment (file_id);
      create index attachment_unused on attachment (workspace_id, uploader_id)
        where message_id is null;

      create table ticket_text (
        ticket_id uuid primary key references ticket deferrable initially deferred,
        workspace_id uuid not null, public tsvector not null, everything tsvector not null
      );
      create index ticket_text_everything on ticket_text using gin (everything)
        with (gin_pending_list_limit = 256);
      ${['message', 'stored_file', 'attachment', 'ticket_text'].map(rowSecurity).join('')}
      ${scheduledColumnSql('stored_file', 'checks_at')}
      ${scheduledColumnSql('attachment', 'unused_at')}
      ${scheduledColumnSql('attachment', 'scans_at')}

      -- Under row security PostgreSQL uses an index only for operators that cannot leak rows, and
      -- the match operator of tsvector is not one: a search would read every text. This function
      -- runs as the owner, whom the policy does not bind, and restricts to the session's
      -- workspace itself. Texts that requesters see need no index: requesters have few tickets.
      alter table ticket_text no force row level security;
      create function search_ticket_ids(words tsquery, most integer) returns setof uuid
        language plpgsql stable security definer rows 200 set search_path = pg_catalog as $$
      begin
        return query select ticket_id from public.ticket_text where everything @@ words
          and workspace_id = nullif(current_setting('desk.workspace', true), '')::uuid limit most;
      end $$;`;
