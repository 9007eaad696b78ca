import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';

/** Spam, and the bin. A follow-up may outlive what it follows. */
export class Bin extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket
        add column spam boolean not null default false, add column deleted_at timestamptz(3), add column purges_at timestamptz(3),
        drop constraint ticket_follow_up_of_id_fkey;
      create index ticket_deleted on ticket (workspace_id, deleted_at, id) where deleted_at is not null;
      create index ticket_spam on ticket (workspace_id, waiting_since, id) where spam;
      ${scheduledColumnSql('ticket', 'purges_at')}`);
  }
}
