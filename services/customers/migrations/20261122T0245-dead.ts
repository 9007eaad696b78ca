import { Migration } from '@mikro-orm/migrations';
import { deadTable } from '@deskgraph/common/dead';

/** Facts of others that can't be applied are set aside. */
export class Dead extends Migration {
  override up(): void {
    this.addSql(deadTable);
  }
}
