import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about tickets in a custom status. */
export class Statuses extends Migration {
  override up(): void {
    this.addSql('alter table ticket add column custom_status_id uuid');
  }
}
