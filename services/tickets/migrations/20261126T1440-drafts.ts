import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/** Unsent text, of each agent one reply and one note in a ticket; and the senders whose words are not taken. */
export class Drafts extends Migration {
  override up(): void {
    this.addSql(`
      create table draft (
        id uuid primary key, workspace_id uuid not null references workspace, ticket_id uuid not null references ticket on delete cascade,
        author_id uuid not null, visibility text not null, body text not null, shared boolean not null,
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index draft_author on draft (ticket_id, author_id, visibility);
      create table blocked_sender (
        id uuid primary key, workspace_id uuid not null references workspace, address text not null,
        version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index blocked_sender_address on blocked_sender (workspace_id, address);
      ${rowSecurity('draft')}
      ${rowSecurity('blocked_sender')}`);
  }
}
