import { Migration } from '@mikro-orm/migrations';
import { idempotencyCleanupPolicy } from '@deskgraph/common/graphql/idempotency';

/** Idempotency keys of all workspaces are deleted together when they are old. */
export class Sweep extends Migration {
  override up(): void {
    this.addSql(idempotencyCleanupPolicy);
  }
}
