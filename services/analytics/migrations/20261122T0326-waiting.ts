import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about tickets that wait for an answer. Facts of former times don't tell; the next one of a ticket does. */
export class Waiting extends Migration {
  override up(): void {
    this.addSql('alter table ticket add column waiting_since timestamptz(3)');
  }
}
