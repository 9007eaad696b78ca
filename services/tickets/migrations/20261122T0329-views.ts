import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Saved lists of tickets, and which one each person opens first: also a built-in one, which has no row. */
export class Views extends Migration {
  override up(): void {
    this.addSql(`
      create table ticket_view (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, sharing text not null, owner_id text not null,
        department_id uuid references department, filter jsonb not null, order_by jsonb not null, columns text[] not null, group_by text,
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index ticket_view_shared on ticket_view (workspace_id, sharing, owner_id);
      create table default_view (workspace_id uuid not null, actor_id text not null, view_id uuid not null, primary key (workspace_id, actor_id));
      ${rowSecurity('ticket_view')}
      ${rowSecurity('default_view')}
    `);
  }
}
