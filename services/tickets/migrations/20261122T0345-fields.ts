import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';

/**
 * Custom fields. A ticket carries its values itself, by the typed ids of their fields; a table of their own keeps what filters ask for, one row
 * for each value or each choice of several, in step by a trigger.
 */
export class Fields extends Migration {
  override up(): void {
    this.addSql(`
      create table ticket_field (
        id uuid primary key, workspace_id uuid not null references workspace, key text not null, label text not null, kind text not null,
        options text[] not null, pattern text, visible_to_requester boolean not null, editable_by_requester boolean not null,
        deleted_at timestamptz(3), version integer not null, created_at timestamptz(3) not null, updated_at timestamptz(3) not null
      );
      create unique index ticket_field_key on ticket_field (workspace_id, key) where deleted_at is null;
      ${rowSecurity('ticket_field')}
      alter table ticket add column fields jsonb not null default '{}';
      create table field_value (
        workspace_id uuid not null, field_id text collate "C" not null, ticket_id uuid not null references ticket deferrable initially deferred,
        place integer not null, word text collate "C", text text collate "C", number double precision, checked boolean,
        primary key (ticket_id, field_id, place)
      );
      create index field_value_word on field_value (workspace_id, field_id, word, ticket_id);
      create index field_value_number on field_value (workspace_id, field_id, number, ticket_id);
      ${rowSecurity('field_value')}
      create function keep_field_values() returns trigger language plpgsql set search_path = public as $$
      begin
        delete from field_value where ticket_id = new.id;
        insert into field_value (workspace_id, field_id, ticket_id, place, word, text, number, checked)
        select new.workspace_id, given.key, new.id, each.place, left(spelled.text, 200), spelled.text,
          case jsonb_typeof(each.value) when 'number' then (each.value #>> '{}')::double precision end,
          case jsonb_typeof(each.value) when 'boolean' then (each.value #>> '{}')::boolean end
        from jsonb_each(new.fields) as given (key, value)
        cross join lateral jsonb_array_elements(
          case jsonb_typeof(given.value) when 'array' then given.value else jsonb_build_array(given.value) end
        ) with ordinality as each (value, place)
        cross join lateral (
          select case jsonb_typeof(each.value) when 'string' then lower(normalize(each.value #>> '{}')) end as text
        ) as spelled;
        return null;
      end $$;
      create trigger ticket_fields_kept after insert on ticket for each row when (new.fields <> '{}') execute function keep_field_values();
      create trigger ticket_fields_changed after update of fields on ticket for each row when (new.fields is distinct from old.fields)
        execute function keep_field_values();
    `);
  }
}
