import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Stored answers. */
export class Canned extends Migration {
  override up(): void {
    this.addSql(`
      create table canned_response (
        id uuid primary key, workspace_id uuid not null references workspace, title text not null, shortcut text, body text not null,
        bodies jsonb not null, department_id uuid references department,
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index canned_response_shortcut on canned_response (workspace_id, shortcut);
      create index canned_response_department on canned_response (workspace_id, department_id);
      ${rowSecurity('canned_response')}
    `);
  }
}
