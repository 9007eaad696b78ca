import { Migration } from '@mikro-orm/migrations';

/** Facts are read back by workspace in their order, and of one thing by its versions. */
export class Events extends Migration {
  override up(): void {
    this.addSql('create index event_log_workspace on event_log (workspace_id, position)');
  }
}
