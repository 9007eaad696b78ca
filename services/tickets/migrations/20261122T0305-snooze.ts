import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';

/** Tickets are postponed: since when, by whom, until when, and whether a reply ends it. */
export class Snooze extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket
        add column snoozed_at timestamptz(3), add column snoozed_until timestamptz(3), add column wake_on_reply boolean not null default true,
        add column snoozed_by_kind text, add column snoozed_by_id text, add column snoozed_by_name text;
      ${scheduledColumnSql('ticket', 'snoozed_until')}`);
  }
}
