import { Migration } from '@mikro-orm/migrations';

/** Which split has taken a message that was written to a ticket is looked up before that ticket comes out of another one. */
export class Split extends Migration {
  override up(): void {
    this.addSql(
      'create index operation_message_home on operation_message (home_id) where home_id is not null',
    );
  }
}
