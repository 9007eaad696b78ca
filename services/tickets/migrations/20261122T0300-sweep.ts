import { Migration } from '@mikro-orm/migrations';
import { sweptIdempotency } from '@deskgraph/common/graphql/mutation';

/** Idempotency keys of all workspaces are deleted together when they are old. */
export class Sweep extends Migration {
  override up(): void {
    this.addSql(sweptIdempotency);
  }
}
