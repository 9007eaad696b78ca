import { Migration } from '@mikro-orm/migrations';

/** Where a workspace is, and which languages it speaks. */
export class Languages extends Migration {
  override up(): void {
    this.addSql(`
      alter table workspace add column time_zone text not null default 'UTC', add column locales text[] not null default '{en}'`);
  }
}
