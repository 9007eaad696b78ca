import { rowSecurity } from '@deskgraph/common/database/database';
import { scheduledColumnSql } from '@deskgraph/common/jobs/scheduler';
import { comparable, versioned } from './columns.ts';

/**
 * Tickets and the tables that triggers keep in step with them. A ticket carries its tags, custom
 * field values, copied customers and followers itself. Under row security PostgreSQL does not use
 * an index to look into an array or a JSON value, so filters read one row per value instead.
 */
export const ticketTables = `
      create table ticket (
        id uuid primary key, workspace_id uuid not null references workspace,
        number integer not null, app_id uuid, external_id text,
        subject text not null, description text not null, locale text, product text,
        status text not null, custom_status_id uuid references custom_status,
        priority text not null,
        priority_rank smallint not null generated always as (
          array_position(array['LOW', 'NORMAL', 'HIGH', 'URGENT'], priority)
        ) stored,
        category_id uuid references category, form_id uuid references ticket_form,
        tags text[] not null, fields jsonb not null default '{}',
        department_id uuid references department, assignee_id uuid references agent,
        requester_id uuid not null, requester_name text not null, organization_id uuid,
        cc_ids text[] not null default '{}', follower_ids text[] not null default '{}',
        channel text not null, origin text not null,
        created_by_kind text not null, created_by_id text not null, created_by_name text not null,

        -- Other tickets. A follow-up may outlive the ticket that it follows.
        follow_up_of_id uuid,
        merged_into_id uuid references ticket on delete set null,
        split_from_id uuid references ticket on delete set null,
        problem_id uuid references ticket on delete set null,

        -- Progress.
        waiting_since timestamptz(3), handled boolean not null, first_reply_at timestamptz(3),
        solved_at timestamptz(3), solved_by_id uuid references agent,
        resolution_code text, resolution_text text, closed_at timestamptz(3),
        reopen_count integer not null, transfer_count integer not null,
        escalation jsonb,
        snoozed_at timestamptz(3), wake_on_reply boolean not null default true,
        snoozed_by_kind text, snoozed_by_id text, snoozed_by_name text,
        spam boolean not null default false, deleted_at timestamptz(3),

        -- Instants at which the scheduler acts.
        closes_at timestamptz(3), snoozed_until timestamptz(3), purges_at timestamptz(3),
        sends_at timestamptz(3), escalates_at timestamptz(3),

        -- Version and instant of the last change that the requester can see.
        public_version integer not null, public_updated_at timestamptz(3) not null, ${versioned},

        locale_word ${comparable('locale')},
        product_word ${comparable('product')},
        external_id_word ${comparable('external_id')}
      );
      create unique index ticket_number on ticket (workspace_id, number);
      create unique index ticket_external on ticket (workspace_id, app_id, external_id);

      -- Orders of lists.
      create index ticket_created on ticket (workspace_id, created_at, id);
      create index ticket_updated on ticket (workspace_id, updated_at, id);
      create index ticket_waiting on ticket (workspace_id, waiting_since, id);
      create index ticket_status on ticket (workspace_id, status, waiting_since, id);
      create index ticket_priority on ticket (workspace_id, priority_rank, id);
      -- Lists show the newest solution first and unsolved tickets last. An index is read in this
      -- direction only when its order says so.
      create index ticket_solved on ticket (workspace_id, solved_at desc nulls last, id desc);

      -- Filters.
      create index ticket_requester on ticket (workspace_id, requester_id, waiting_since, id);
      create index ticket_organization
        on ticket (workspace_id, organization_id, waiting_since, id);
      create index ticket_assignee on ticket (workspace_id, assignee_id, status);
      create index ticket_department on ticket (workspace_id, department_id, status);
      create index ticket_category on ticket (workspace_id, category_id, status);
      -- Partial indexes: few tickets have these values.
      create index ticket_form_status on ticket (workspace_id, form_id, status)
        where form_id is not null;
      create index ticket_custom_status on ticket (workspace_id, custom_status_id)
        where custom_status_id is not null;
      create index ticket_locale on ticket (workspace_id, locale_word, id)
        where locale_word is not null;
      create index ticket_product on ticket (workspace_id, product_word, id)
        where product_word is not null;
      create index ticket_external_word on ticket (workspace_id, external_id_word)
        where external_id_word is not null;
      create index ticket_problem on ticket (problem_id) where problem_id is not null;
      create index ticket_merged_into on ticket (merged_into_id) where merged_into_id is not null;
      create index ticket_split_from on ticket (split_from_id) where split_from_id is not null;
      create index ticket_closed on ticket (workspace_id, closed_at) where closed_at is not null;
      create index ticket_reopened on ticket (workspace_id, reopen_count) where reopen_count > 0;
      create index ticket_transferred on ticket (workspace_id, transfer_count)
        where transfer_count > 0;
      create index ticket_escalated on ticket (workspace_id, id) where escalation is not null;
      create index ticket_deleted on ticket (workspace_id, deleted_at, id)
        where deleted_at is not null;
      create index ticket_spam on ticket (workspace_id, waiting_since, id) where spam;

      create table ticket_tag (
        workspace_id uuid not null, name text collate "C" not null,
        ticket_id uuid not null references ticket deferrable initially deferred,
        primary key (workspace_id, name, ticket_id)
      );
      create index ticket_tag_ticket on ticket_tag (ticket_id);
      create function sync_ticket_tags() returns trigger
        language plpgsql set search_path = public as $$
      begin
        delete from ticket_tag where ticket_id = new.id and name <> all (new.tags);
        insert into ticket_tag (workspace_id, name, ticket_id)
        select new.workspace_id, unnest(new.tags), new.id on conflict do nothing;
        return null;
      end $$;
      create trigger ticket_tags_inserted after insert on ticket for each row
        when (new.tags <> '{}') execute function sync_ticket_tags();
      create trigger ticket_tags_updated after update of tags on ticket for each row
        when (new.tags is distinct from old.tags) execute function sync_ticket_tags();

      -- One row for each value of a custom field, or for each choice of several.
      create table field_value (
        workspace_id uuid not null, field_id text collate "C" not null,
        ticket_id uuid not null references ticket deferrable initially deferred,
        place integer not null, word text collate "C", text text collate "C",
        number double precision, checked boolean, primary key (ticket_id, field_id, place)
      );
      create index field_value_word on field_value (workspace_id, field_id, word, ticket_id);
      create index field_value_number on field_value (workspace_id, field_id, number, ticket_id);
      create function sync_field_values() returns trigger
        language plpgsql set search_path = public as $$
      begin
        delete from field_value where ticket_id = new.id;
        insert into field_value
          (workspace_id, field_id, ticket_id, place, word, text, number, checked)
        select new.workspace_id, field.id, new.id, item.place,
          left(comparable.text, 200), comparable.text,
          case jsonb_typeof(item.value)
            when 'number' then (item.value #>> '{}')::double precision end,
          case jsonb_typeof(item.value) when 'boolean' then (item.value #>> '{}')::boolean end
        from jsonb_each(new.fields) as field (id, value)
        cross join lateral jsonb_array_elements(
          case jsonb_typeof(field.value)
            when 'array' then field.value else jsonb_build_array(field.value) end
        ) with ordinality as item (value, place)
        cross join lateral (
          select case jsonb_typeof(item.value)
            when 'string' then lower(normalize(item.value #>> '{}')) end as text
        ) as comparable;
        return null;
      end $$;
      create trigger ticket_fields_inserted after insert on ticket for each row
        when (new.fields <> '{}') execute function sync_field_values();
      create trigger ticket_fields_updated after update of fields on ticket for each row
        when (new.fields is distinct from old.fields) execute function sync_field_values();

      -- Copied customers, followers, and agents who are mentioned in notes.
      create table participant (
        workspace_id uuid not null,
        ticket_id uuid not null references ticket on delete cascade deferrable initially deferred,
        kind text not null, person_id text collate "C" not null, since timestamptz(3) not null,
        primary key (ticket_id, kind, person_id)
      );
      create index participant_person on participant (workspace_id, person_id, kind, ticket_id);
      create function sync_participants() returns trigger
        language plpgsql set search_path = public as $$
      begin
        delete from participant where ticket_id = new.id and (
          kind = 'CC' and person_id <> all (new.cc_ids)
          or kind = 'FOLLOWER' and person_id <> all (new.follower_ids)
        );
        insert into participant (workspace_id, ticket_id, kind, person_id, since)
        select new.workspace_id, new.id, kind, person_id, new.updated_at from (
          select 'CC' as kind, unnest(new.cc_ids) as person_id
          union all select 'FOLLOWER', unnest(new.follower_ids)
        ) person on conflict do nothing;
        return null;
      end $$;
      create trigger ticket_participants_inserted after insert on ticket for each row
        when (new.cc_ids <> '{}' or new.follower_ids <> '{}')
        execute function sync_participants();
      create trigger ticket_participants_updated
        after update of cc_ids, follower_ids on ticket for each row
        when (new.cc_ids is distinct from old.cc_ids
          or new.follower_ids is distinct from old.follower_ids)
        execute function sync_participants();

      -- Each link has a row for both directions; kind says what the other ticket is to this one.
      create table ticket_link (
        workspace_id uuid not null, ticket_id uuid not null references ticket on delete cascade,
        kind text not null, other_id uuid not null references ticket on delete cascade,
        created_at timestamptz(3) not null, primary key (ticket_id, kind, other_id)
      );
      create index ticket_link_other on ticket_link (other_id);

      create table draft (
        id uuid primary key, workspace_id uuid not null references workspace,
        ticket_id uuid not null references ticket on delete cascade, author_id uuid not null,
        visibility text not null, body text not null, shared boolean not null, ${versioned}
      );
      create unique index draft_author on draft (ticket_id, author_id, visibility);

      -- Purged tickets whose events still have to be redacted: events on their way from the outbox
      -- to the event log have to arrive there first.
      create table removed_ticket (
        id uuid primary key, workspace_id uuid not null references workspace,
        forgets_at timestamptz(3) not null
      );
      ${[
        'ticket',
        'ticket_tag',
        'field_value',
        'participant',
        'ticket_link',
        'draft',
        'removed_ticket',
      ]
        .map(rowSecurity)
        .join('')}
      ${['closes_at', 'snoozed_until', 'purges_at', 'sends_at', 'escalates_at']
        .map((column) => scheduledColumnSql('ticket', column))
        .join('')}
      ${scheduledColumnSql('removed_ticket', 'forgets_at')}

      -- Numbers come from one sequence per workspace, which the first ticket creates.
      create schema numbers;
      create function next_ticket_number(workspace uuid) returns integer
        language plpgsql security definer set search_path = pg_catalog as $$
      declare
        sequence text := format('numbers.%I', workspace::text);
      begin
        if to_regclass(sequence) is null then
          perform pg_advisory_xact_lock(hashtext(sequence));
          execute format('create sequence if not exists %s as integer', sequence);
        end if;
        return nextval(sequence);
      end $$;`;
