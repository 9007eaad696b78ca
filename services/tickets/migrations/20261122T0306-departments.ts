import { Migration } from '@mikro-orm/migrations';

/** A deleted department keeps its row, so that past tickets and reports can name it; its name is free again. */
export class Departments extends Migration {
  override up(): void {
    this.addSql(`
      alter table department add column deleted_at timestamptz(3);
      drop index department_name;
      create unique index department_name on department (workspace_id, lower(name)) where deleted_at is null;
    `);
  }
}
