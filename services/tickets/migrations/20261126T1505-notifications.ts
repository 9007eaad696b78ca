import { Migration } from '@mikro-orm/migrations';
import { crossWorkspaceRowSecurity } from '@deskgraph/common/events/tables';
import { rowSecurity } from '@deskgraph/common/database/database';

/**
 * Whom notes name, and what people are told. It begins with what happens from now on: nobody is told of the past. A session of all workspaces
 * (`*`) may sweep what is old.
 */
export class Notifications extends Migration {
  override up(): void {
    this.addSql(`
      alter table message add column mention_ids text[] not null default '{}';
      create function keep_mentions() returns trigger language plpgsql set search_path = public as $$
      begin
        insert into participant (workspace_id, ticket_id, kind, person_id, since)
        select new.workspace_id, new.ticket_id, 'MENTIONED', unnest(new.mention_ids), new.created_at on conflict do nothing;
        return null;
      end $$;
      create trigger message_mentions_kept after insert on message for each row when (new.mention_ids <> '{}') execute function keep_mentions();

      create table notification (
        id uuid primary key, workspace_id uuid not null, person_id text collate "C" not null, ticket_id uuid not null, position bigint not null,
        reason text not null, at timestamptz(3) not null, read_at timestamptz(3), created_at timestamptz(3) not null default now()
      );
      create unique index notification_fact on notification (workspace_id, person_id, position);
      create index notification_person on notification (workspace_id, person_id, at, id);
      create index notification_unread on notification (workspace_id, person_id) where read_at is null;
      create index notification_age on notification (created_at);
      ${crossWorkspaceRowSecurity('notification')}
      create table notification_preference (
        workspace_id uuid not null, person_id text collate "C" not null, reason text not null, in_app boolean not null, email boolean not null,
        push boolean not null, primary key (workspace_id, person_id, reason)
      );
      ${rowSecurity('notification_preference')}
      insert into feed_position (source, position) select 'notifications', head from relay_state on conflict do nothing;
    `);
  }
}
