import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about postponed tickets. */
export class Snooze extends Migration {
  override up(): void {
    this.addSql('alter table ticket add column snoozed boolean not null default false');
  }
}
