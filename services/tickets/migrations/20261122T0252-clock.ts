import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';

/** Solved tickets are closed in time. */
export class Clock extends Migration {
  override up(): void {
    this.addSql(scheduledColumnSql('ticket', 'closes_at'));
  }
}
