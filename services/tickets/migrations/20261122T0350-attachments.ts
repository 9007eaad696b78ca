import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { rowSecurity } from '@deskgraph/common/database/database';

/**
 * Files of messages, and the bytes that equal ones of a workspace share. `checks_at`: when to look whether any attachment still has the
 * bytes; without a hash nobody can find them any more.
 */
export class Attachments extends Migration {
  override up(): void {
    this.addSql(`
      create table stored_file (
        id uuid primary key, workspace_id uuid not null references workspace, hash bytea, checks_at timestamptz(3)
      );
      create unique index stored_file_hash on stored_file (workspace_id, hash);
      create table attachment (
        id uuid primary key, workspace_id uuid not null references workspace, message_id uuid references message deferrable initially deferred,
        uploader_id text not null, name text not null, content_type text not null, size integer not null, scan text not null,
        file_id uuid references stored_file, claimed_at timestamptz(3), unused_at timestamptz(3), redacted_at timestamptz(3),
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create index attachment_message on attachment (message_id, id);
      create index attachment_file on attachment (file_id);
      create index attachment_unused on attachment (workspace_id, uploader_id) where message_id is null;
      alter table message add column redacted_at timestamptz(3);
      ${rowSecurity('stored_file')}
      ${rowSecurity('attachment')}
      ${scheduledColumnSql('stored_file', 'checks_at')}
      ${scheduledColumnSql('attachment', 'unused_at')}`);
  }
}
