import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about the values that tickets have of custom fields. */
export class Fields extends Migration {
  override up(): void {
    this.addSql(`alter table ticket add column fields jsonb not null default '{}'`);
  }
}
