import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about tickets that were made with a form. */
export class Forms extends Migration {
  override up(): void {
    this.addSql('alter table ticket add column form_id uuid');
  }
}
