import { Migration } from '@mikro-orm/migrations';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';

/**
 * Replies that wait for their instant. Each is PRIVATE until then, so that whatever leaves notes out for requesters leaves these out too. The
 * clock looks at tickets, which are locked before their messages are; a trigger keeps the earliest instant there, wherever messages move to.
 */
export class Scheduled extends Migration {
  override up(): void {
    this.addSql(`
      alter table workspace add column undo_send_seconds integer not null default 0;
      alter table ticket add column sends_at timestamptz(3);
      alter table message
        add column send_at timestamptz(3), add column send_status text, add column cancel_on_reply boolean not null default false,
        add column delivery_error text;
      create index message_scheduled on message (ticket_id, send_at) where delivery = 'SCHEDULED';
      create function keep_sends_at() returns trigger language plpgsql set search_path = public as $$
      begin
        update ticket t set sends_at = (select min(m.send_at) from message m where m.ticket_id = t.id and m.delivery = 'SCHEDULED')
        where t.id = new.ticket_id or (tg_op = 'UPDATE' and t.id = old.ticket_id);
        return null;
      end $$;
      create trigger message_is_scheduled after insert on message for each row when (new.delivery = 'SCHEDULED')
        execute function keep_sends_at();
      create trigger message_was_scheduled after update of ticket_id, delivery, send_at on message for each row
        when (old.delivery = 'SCHEDULED' or new.delivery = 'SCHEDULED') execute function keep_sends_at();
      ${scheduledColumnSql('ticket', 'sends_at')}`);
  }
}
