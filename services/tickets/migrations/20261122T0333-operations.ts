import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/**
 * Operations on several tickets are journaled, with what has to be known to take them back. A message lies in `ticket_id`; `home_id` is the
 * ticket that its own address names, where that is another one.
 */
export class Operations extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket
        add column merged_into_id uuid references ticket on delete set null, add column split_from_id uuid references ticket on delete set null;
      create index ticket_merged_into on ticket (merged_into_id) where merged_into_id is not null;
      create index ticket_split_from on ticket (split_from_id) where split_from_id is not null;
      alter table message add column home_id uuid references ticket on delete set null deferrable initially deferred;
      create index message_home on message (home_id) where home_id is not null;

      create table operation (
        id uuid primary key, workspace_id uuid not null references workspace, kind text not null, state text not null,
        actor_kind text not null, actor_id text not null, actor_name text not null, undoable_until timestamptz(3) not null,
        conflicts jsonb not null, version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index operation_workspace on operation (workspace_id, created_at);
      create table operation_ticket (
        workspace_id uuid not null, operation_id uuid not null references operation, ticket_id uuid not null references ticket on delete cascade,
        part text not null, version integer not null, before jsonb not null,
        primary key (operation_id, ticket_id)
      );
      create index operation_ticket_ticket on operation_ticket (ticket_id, operation_id);
      create table operation_message (
        workspace_id uuid not null, operation_id uuid not null references operation, message_id uuid not null references message on delete cascade,
        ticket_id uuid not null, home_id uuid, primary key (operation_id, message_id)
      );
      create index operation_message_message on operation_message (message_id);
    `);
    for (const table of ['operation', 'operation_ticket', 'operation_message'])
      this.addSql(rowSecurity(table));
  }
}
