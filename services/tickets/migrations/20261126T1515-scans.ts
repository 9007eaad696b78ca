import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';

/** When a file that has no verdict of the virus scanner is scanned again. */
export class Scans extends Migration {
  override up(): void {
    this.addSql(
      `alter table attachment add column scans_at timestamptz(3); ${scheduledColumnSql('attachment', 'scans_at')}`,
    );
  }
}
