import { Migration } from '@mikro-orm/migrations';

/** Bulk changes and macros are operations: what they changed of a ticket is kept, how it was and how it became. */
export class Undo extends Migration {
  override up(): void {
    this.addSql(`
      alter table operation_ticket add column after jsonb;
      alter table bulk_job add column operation_id uuid references operation;
      create index bulk_job_operation on bulk_job (operation_id) where operation_id is not null;
    `);
  }
}
