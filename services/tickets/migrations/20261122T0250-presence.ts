import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Who is where now. It is worth nothing after a crash, so it is not logged; rows are mostly renewed in place, and no index but the key says when they end. */
export class Presence extends Migration {
  override up(): void {
    this.addSql(`
      create unlogged table presence (
        workspace_id uuid not null, ticket_id uuid not null, actor_id text not null, actor_kind text not null, actor_name text not null,
        activity text not null, visibility text not null, since timestamptz(3) not null, until timestamptz(3) not null,
        primary key (workspace_id, ticket_id, actor_id)
      ) with (fillfactor = 50);
      ${rowSecurity('presence')}`);
  }
}
