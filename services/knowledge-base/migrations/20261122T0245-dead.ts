import { Migration } from '@mikro-orm/migrations';
import { deadLetterTable } from '@deskgraph/common/events/tables';

/** Facts of others that can't be applied are set aside. */
export class Dead extends Migration {
  override up(): void {
    this.addSql(deadLetterTable);
  }
}
