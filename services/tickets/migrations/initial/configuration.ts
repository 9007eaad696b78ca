import { rowSecurity } from '@deskgraph/common/database/database';
import { versioned } from './columns.ts';

/**
 * Tags, categories, custom statuses, custom fields, forms, canned responses, macros and escalation
 * paths. Rows with `deleted_at` stay, so that past tickets and events can name them.
 */
export const configurationTables = `
      create table tag (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        color text, ${versioned}
      );
      create unique index tag_name on tag (workspace_id, name);

      create table category (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        names jsonb not null, parent_id uuid references category,
        department_id uuid references department, priority text, deleted_at timestamptz(3),
        ${versioned}
      );
      -- Names are unique among siblings; "nulls not distinct" covers the top level.
      create unique index category_name on category (workspace_id, parent_id, lower(name))
        nulls not distinct where deleted_at is null;
      create index category_department on category (workspace_id, department_id);

      create table custom_status (
        id uuid primary key, workspace_id uuid not null references workspace, base text not null,
        label text not null, requester_label text not null, deleted_at timestamptz(3), ${versioned}
      );
      create unique index custom_status_label on custom_status (workspace_id, lower(label))
        where deleted_at is null;

      create table ticket_field (
        id uuid primary key, workspace_id uuid not null references workspace, key text not null,
        label text not null, kind text not null, options text[] not null, pattern text,
        visible_to_requester boolean not null, editable_by_requester boolean not null,
        deleted_at timestamptz(3), ${versioned}
      );
      create unique index ticket_field_key on ticket_field (workspace_id, key)
        where deleted_at is null;

      create table ticket_form (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        public boolean not null, fields jsonb not null, deleted_at timestamptz(3), ${versioned}
      );
      create unique index ticket_form_name on ticket_form (workspace_id, lower(name))
        where deleted_at is null;

      create table canned_response (
        id uuid primary key, workspace_id uuid not null references workspace, title text not null,
        shortcut text, body text not null, bodies jsonb not null,
        department_id uuid references department, ${versioned}
      );
      create unique index canned_response_shortcut on canned_response (workspace_id, shortcut);
      create index canned_response_department on canned_response (workspace_id, department_id);

      create table macro (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        department_id uuid references department, actions jsonb not null, ${versioned}
      );
      create index macro_department on macro (workspace_id, department_id);
      -- The kinds of tickets that macros were applied to in the last 30 days, for suggestions.
      create table macro_use (
        workspace_id uuid not null, macro_id uuid not null references macro on delete cascade,
        at timestamptz(3) not null, traits text[] not null
      );
      create index macro_use_at on macro_use (workspace_id, at);
      create index macro_use_macro on macro_use (macro_id);

      create table escalation_path (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        filter jsonb not null, steps jsonb not null, ${versioned}
      );
      create index escalation_path_workspace on escalation_path (workspace_id, created_at, id);
      ${[
        'tag',
        'category',
        'custom_status',
        'ticket_field',
        'ticket_form',
        'canned_response',
        'macro',
        'macro_use',
        'escalation_path',
      ]
        .map(rowSecurity)
        .join('')}`;
