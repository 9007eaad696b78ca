import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Typed links between tickets; each stands in both directions. `kind` is what the other is to the ticket. */
export class Links extends Migration {
  override up(): void {
    this.addSql(`
      create table ticket_link (
        workspace_id uuid not null, ticket_id uuid not null references ticket on delete cascade, kind text not null,
        other_id uuid not null references ticket on delete cascade, created_at timestamptz(3) not null,
        primary key (ticket_id, kind, other_id)
      );
      create index ticket_link_other on ticket_link (other_id);
      ${rowSecurity('ticket_link')}`);
  }
}
