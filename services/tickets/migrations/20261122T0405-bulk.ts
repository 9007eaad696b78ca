import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { rowSecurity } from '@deskgraph/common/database/database';

/** One action on many tickets: the job, and what comes of it for each of its tickets. */
export class Bulk extends Migration {
  override up(): void {
    this.addSql(`
      create table bulk_job (
        id uuid primary key, workspace_id uuid not null references workspace, actor jsonb not null, action jsonb not null, state text not null,
        total integer not null, done integer not null, failed integer not null, finished_at timestamptz(3), due_at timestamptz(3),
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index bulk_job_workspace on bulk_job (workspace_id, created_at);
      create table bulk_item (
        workspace_id uuid not null, job_id uuid not null references bulk_job, at integer not null, ticket_id text not null,
        state text not null default 'WAITING', errors jsonb not null default '[]', primary key (job_id, at)
      );
      create index bulk_item_waiting on bulk_item (job_id, at) where state = 'WAITING';
      ${rowSecurity('bulk_job')}
      ${rowSecurity('bulk_item')}
      ${scheduledColumnSql('bulk_job', 'due_at')}
    `);
  }
}
