import { Migration } from '@mikro-orm/migrations';

/** What was solved last stands first in lists that ask for it, and what is not solved last: an index is read in one of these directions only. */
export class NewestSolved extends Migration {
  override up(): void {
    this.addSql(`
      drop index ticket_solved;
      create index ticket_solved on ticket (workspace_id, solved_at desc nulls last, id desc);
    `);
  }
}
