import { Migration } from '@mikro-orm/migrations';
import { eventLogPartitions } from '@deskgraph/common/events/tables';

/** The log grows by partitions that are made ahead. */
export class Partitions extends Migration {
  override up(): void {
    this.addSql(eventLogPartitions());
  }
}
