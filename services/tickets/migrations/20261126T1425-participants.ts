import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/**
 * People beside the requester. A ticket carries the ids of those who get copies and of those who follow it; a table of their own is asked whose
 * tickets these are, in step by a trigger, and also keeps who was named in notes. Under row security no index answers what an array holds.
 */
export class Participants extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket add column cc_ids text[] not null default '{}', add column follower_ids text[] not null default '{}';
      create table participant (
        workspace_id uuid not null, ticket_id uuid not null references ticket on delete cascade deferrable initially deferred, kind text not null,
        person_id text collate "C" not null, since timestamptz(3) not null,
        primary key (ticket_id, kind, person_id)
      );
      create index participant_person on participant (workspace_id, person_id, kind, ticket_id);
      ${rowSecurity('participant')}
      create function keep_participants() returns trigger language plpgsql set search_path = public as $$
      begin
        delete from participant where ticket_id = new.id
          and (kind = 'CC' and person_id <> all (new.cc_ids) or kind = 'FOLLOWER' and person_id <> all (new.follower_ids));
        insert into participant (workspace_id, ticket_id, kind, person_id, since)
        select new.workspace_id, new.id, kind, person_id, new.updated_at from (
          select 'CC' as kind, unnest(new.cc_ids) as person_id union all select 'FOLLOWER', unnest(new.follower_ids)
        ) given on conflict do nothing;
        return null;
      end $$;
      create trigger ticket_participants_kept after insert on ticket for each row
        when (new.cc_ids <> '{}' or new.follower_ids <> '{}') execute function keep_participants();
      create trigger ticket_participants_changed after update of cc_ids, follower_ids on ticket for each row
        when (new.cc_ids is distinct from old.cc_ids or new.follower_ids is distinct from old.follower_ids) execute function keep_participants();
    `);
  }
}
