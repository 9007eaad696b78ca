import { rowSecurity } from '@deskgraph/common/database/database';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { versioned } from './columns.ts';

/** Operations on tickets with what an undo needs, and bulk jobs. */
export const operationTables = `
      create table operation (
        id uuid primary key, workspace_id uuid not null references workspace, kind text not null,
        state text not null,
        actor_kind text not null, actor_id text not null, actor_name text not null,
        undoable_until timestamptz(3) not null, conflicts jsonb not null, ${versioned}
      );
      create index operation_workspace on operation (workspace_id, created_at);
      create table operation_ticket (
        workspace_id uuid not null, operation_id uuid not null references operation,
        ticket_id uuid not null references ticket on delete cascade,
        part text not null, version integer not null, before jsonb not null, after jsonb,
        primary key (operation_id, ticket_id)
      );
      create index operation_ticket_ticket on operation_ticket (ticket_id, operation_id);
      create table operation_message (
        workspace_id uuid not null, operation_id uuid not null references operation,
        message_id uuid not null references message on delete cascade,
        ticket_id uuid not null, home_id uuid, primary key (operation_id, message_id)
      );
      create index operation_message_message on operation_message (message_id);
      -- Before a merge is undone: the splits that have taken messages of the merged ticket.
      create index operation_message_home on operation_message (home_id)
        where home_id is not null;

      create table bulk_job (
        id uuid primary key, workspace_id uuid not null references workspace,
        actor jsonb not null, action jsonb not null, state text not null,
        total integer not null, done integer not null, failed integer not null,
        operation_id uuid references operation,
        finished_at timestamptz(3), due_at timestamptz(3), ${versioned}
      );
      create index bulk_job_workspace on bulk_job (workspace_id, created_at);
      create index bulk_job_operation on bulk_job (operation_id) where operation_id is not null;
      create table bulk_item (
        workspace_id uuid not null, job_id uuid not null references bulk_job,
        at integer not null, ticket_id text not null, state text not null default 'WAITING',
        errors jsonb not null default '[]', primary key (job_id, at)
      );
      create index bulk_item_waiting on bulk_item (job_id, at) where state = 'WAITING';
      ${['operation', 'operation_ticket', 'operation_message', 'bulk_job', 'bulk_item']
        .map(rowSecurity)
        .join('')}
      ${scheduledColumnSql('bulk_job', 'due_at')}`;
