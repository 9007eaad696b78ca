import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Many actions at one click. */
export class Macros extends Migration {
  override up(): void {
    this.addSql(`
      create table macro (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, department_id uuid references department,
        actions jsonb not null, version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index macro_department on macro (workspace_id, department_id);
      ${rowSecurity('macro')}
    `);
  }
}
