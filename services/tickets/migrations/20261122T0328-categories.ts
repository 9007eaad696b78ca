import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** What tickets are about. A deleted category keeps its row, so that past tickets can name it. */
export class Categories extends Migration {
  override up(): void {
    this.addSql(`
      create table category (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, names jsonb not null,
        parent_id uuid references category, department_id uuid references department, priority text, deleted_at timestamptz(3),
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index category_name on category (workspace_id, parent_id, lower(name)) nulls not distinct where deleted_at is null;
      create index category_department on category (workspace_id, department_id);
      alter table ticket add column category_id uuid references category;
      create index ticket_category on ticket (workspace_id, category_id, status);
      ${rowSecurity('category')}
    `);
  }
}
