import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { rowSecurity } from '@deskgraph/common/database/database';

/** To whom tickets are escalated, on which step each one stands, and when the next one comes. */
export class Escalations extends Migration {
  override up(): void {
    this.addSql(`
      create table escalation_path (
        id uuid primary key, workspace_id uuid not null references workspace, name text not null, filter jsonb not null, steps jsonb not null,
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index escalation_path_workspace on escalation_path (workspace_id, created_at, id);
      alter table ticket add column escalation jsonb, add column escalates_at timestamptz(3);
      create index ticket_escalated on ticket (workspace_id, id) where escalation is not null;
      ${rowSecurity('escalation_path')}
      ${scheduledColumnSql('ticket', 'escalates_at')}
    `);
  }
}
