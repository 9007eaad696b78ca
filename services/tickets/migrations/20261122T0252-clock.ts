import { Migration } from '@mikro-orm/migrations';
import { clockColumn } from '@deskgraph/common/jobs/scheduler';

/** Solved tickets are closed in time. */
export class Clock extends Migration {
  override up(): void {
    this.addSql(clockColumn('ticket', 'closes_at'));
  }
}
