import { Migration } from '@mikro-orm/migrations';

/** Reports can be asked about tickets that somebody follows. */
export class Followers extends Migration {
  override up(): void {
    this.addSql(`alter table ticket add column follower_ids text[] not null default '{}'`);
  }
}
