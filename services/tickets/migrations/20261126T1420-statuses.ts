import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** A workspace's own statuses, each over one of the base statuses. A deleted one keeps its row, so that facts of the past can name it. */
export class Statuses extends Migration {
  override up(): void {
    this.addSql(`
      create table custom_status (
        id uuid primary key, workspace_id uuid not null references workspace, base text not null, label text not null,
        requester_label text not null, deleted_at timestamptz(3),
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index custom_status_label on custom_status (workspace_id, lower(label)) where deleted_at is null;
      ${rowSecurity('custom_status')}
      alter table ticket add column custom_status_id uuid references custom_status;
      create index ticket_custom_status on ticket (workspace_id, custom_status_id) where custom_status_id is not null;
    `);
  }
}
