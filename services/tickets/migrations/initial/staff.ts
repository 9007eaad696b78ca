import { rowSecurity } from '@deskgraph/common/database/database';
import { versioned } from './columns.ts';

/** Workspaces, agents, departments and access roles. */
export const staffTables = `
      create table workspace (
        id uuid primary key, name text not null, on_hold_enabled boolean not null default false,
        close_after text not null default 'P28D', version integer not null default 1,
        created_at timestamptz(3) not null default now(),
        undo_send_seconds integer not null default 0, time_zone text not null default 'UTC',
        locales text[] not null default '{en}'
      );
      alter table workspace enable row level security;
      alter table workspace force row level security;
      create policy workspace on workspace
        using (id = (select nullif(current_setting('desk.workspace', true), '')::uuid))
        with check (id = (select nullif(current_setting('desk.workspace', true), '')::uuid));

      create table access_role (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        base text not null, scopes text[] not null, filter jsonb, ${versioned}
      );
      create index access_role_workspace on access_role (workspace_id);

      create table agent (
        id uuid primary key, workspace_id uuid not null references workspace, email text not null,
        name text not null, role text not null, locale text, active boolean not null,
        access_role_id uuid references access_role, ${versioned}
      );
      create unique index agent_email on agent (workspace_id, email);
      create index agent_access_role on agent (access_role_id) where access_role_id is not null;

      -- A deleted department keeps its row, so that past tickets and reports can name it.
      -- Its name is free again.
      create table department (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null,
        deleted_at timestamptz(3), ${versioned}
      );
      create unique index department_name on department (workspace_id, lower(name))
        where deleted_at is null;

      create table agent_department (
        workspace_id uuid not null, agent_id uuid not null references agent,
        department_id uuid not null references department, primary key (agent_id, department_id)
      );
      create index agent_department_department on agent_department (workspace_id, department_id);
      ${['access_role', 'agent', 'department', 'agent_department'].map(rowSecurity).join('')}`;
