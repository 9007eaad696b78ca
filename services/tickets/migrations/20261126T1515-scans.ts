import { Migration } from '@mikro-orm/migrations';
import { clockColumn } from '@deskgraph/common/jobs/scheduler';

/** When a file that has no verdict of the virus scanner is scanned again. */
export class Scans extends Migration {
  override up(): void {
    this.addSql(
      `alter table attachment add column scans_at timestamptz(3); ${clockColumn('attachment', 'scans_at')}`,
    );
  }
}
