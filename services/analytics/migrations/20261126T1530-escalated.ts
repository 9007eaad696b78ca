import { Migration } from '@mikro-orm/migrations';

/** Which tickets are escalated now. */
export class Escalated extends Migration {
  override up(): void {
    this.addSql('alter table ticket add column escalated boolean not null default false;');
  }
}
