import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Forms, each with its fields in order. A deleted one keeps its row, for the tickets that were made with it. */
export class Forms extends Migration {
  override up(): void {
    this.addSql(`
      create table ticket_form (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, public boolean not null,
        fields jsonb not null, deleted_at timestamptz(3),
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index ticket_form_name on ticket_form (workspace_id, lower(name)) where deleted_at is null;
      ${rowSecurity('ticket_form')}
      alter table ticket add column form_id uuid references ticket_form;
      create index ticket_form_status on ticket (workspace_id, form_id, status) where form_id is not null;
    `);
  }
}
