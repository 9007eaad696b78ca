import { rowSecurity } from '@deskgraph/common/database/database';
import { crossWorkspaceRowSecurity } from '@deskgraph/common/events/tables';
import { versioned } from './columns.ts';

/** Saved views, presence and notifications. */
export const liveTables = `
      create table ticket_view (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        sharing text not null, owner_id text not null, department_id uuid references department,
        filter jsonb not null, order_by jsonb not null, columns text[] not null, group_by text,
        ${versioned}
      );
      create index ticket_view_shared on ticket_view (workspace_id, sharing, owner_id);
      -- The view that a user opens first. It may be a built-in one, which has no row.
      create table default_view (
        workspace_id uuid not null, actor_id text not null, view_id uuid not null,
        primary key (workspace_id, actor_id)
      );

      -- Presence is worthless after a crash, so it is unlogged. Rows are mostly renewed in place;
      -- free space in each page and no index but the key keep these updates cheap.
      create unlogged table presence (
        workspace_id uuid not null, ticket_id uuid not null,
        actor_id text not null, actor_kind text not null, actor_name text not null,
        activity text not null, visibility text not null,
        since timestamptz(3) not null, until timestamptz(3) not null,
        primary key (workspace_id, ticket_id, actor_id)
      ) with (fillfactor = 50);

      create table notification (
        id uuid primary key, workspace_id uuid not null, person_id text collate "C" not null,
        ticket_id uuid not null, position bigint not null, reason text not null,
        at timestamptz(3) not null, read_at timestamptz(3),
        created_at timestamptz(3) not null default now()
      );
      -- An event notifies each person once, however often it is delivered.
      create unique index notification_event on notification (workspace_id, person_id, position);
      create index notification_person on notification (workspace_id, person_id, at, id);
      create index notification_unread on notification (workspace_id, person_id)
        where read_at is null;
      create index notification_age on notification (created_at);
      create table notification_preference (
        workspace_id uuid not null, person_id text collate "C" not null, reason text not null,
        in_app boolean not null, email boolean not null, push boolean not null,
        primary key (workspace_id, person_id, reason)
      );
      ${['ticket_view', 'default_view', 'presence', 'notification_preference']
        .map(rowSecurity)
        .join('')}
      ${crossWorkspaceRowSecurity('notification')}`;
