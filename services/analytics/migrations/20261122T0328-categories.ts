import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about tickets of a category. */
export class Categories extends Migration {
  override up(): void {
    this.addSql('alter table ticket add column category_id uuid');
  }
}
