import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';
import { deadLetterTable, eventLogPartitions, eventTables } from '@deskgraph/common/events/tables';

const TABLES = ['ticket', 'unsolved', 'known_name', 'progress'];

/** A generated column that holds a text as filters compare it: case-folded and normalized. */
const comparable = (column: string): string =>
  `text collate "C" generated always as (lower(normalize(${column}))) stored`;

/**
 * The schema of the analytics service: the ticket projection, and the names of agents and
 * departments over time.
 */
export class Initial extends Migration {
  override up(): void {
    this.addSql(`
      -- One row per ticket: its current state, and the agent and department at the time of each
      -- measured event. *_word columns hold texts as filters compare them.
      create table ticket (
        workspace_id uuid not null, id uuid not null, number integer not null,
        status text not null, custom_status_id uuid, priority text not null, channel text not null,
        department_id uuid, assignee_id uuid, requester_id uuid, organization_id uuid,
        category_id uuid, form_id uuid, problem_id uuid, tags text[] not null,
        fields jsonb not null default '{}', follower_ids text[] not null default '{}',
        locale text, product text, external_id text,
        locale_word ${comparable('locale')},
        product_word ${comparable('product')},
        external_id_word ${comparable('external_id')},
        handled boolean not null default false, reopen_count integer not null default 0,
        transfer_count integer not null default 0, snoozed boolean not null default false,
        escalated boolean not null default false, waiting_since timestamptz(3),
        updated_at timestamptz(3), closed_at timestamptz(3),
        spam boolean not null default false, deleted boolean not null default false,
        hidden boolean not null generated always as (spam or deleted) stored,

        created_at timestamptz(3) not null, created_department_id uuid, created_agent_id uuid,
        solved_at timestamptz(3), solved_department_id uuid, solved_agent_id uuid,
        resolution_seconds integer,
        responded_at timestamptz(3), responded_department_id uuid, responded_agent_id uuid,
        response_seconds integer,
        turn integer not null, edge timestamptz(3) not null, primary key (workspace_id, id)
      );
      -- Each measure has a covering index, so that a report by its instant reads no table rows.
      create index ticket_created on ticket (workspace_id, created_at)
        include (status, priority, channel, created_department_id, created_agent_id, hidden);
      create index ticket_solved on ticket (workspace_id, solved_at)
        include (status, priority, channel, solved_department_id, solved_agent_id,
          resolution_seconds, hidden)
        where solved_at is not null;
      create index ticket_responded on ticket (workspace_id, responded_at)
        include (status, priority, channel, responded_department_id, responded_agent_id,
          response_seconds, hidden)
        where responded_at is not null;

      -- The intervals in which a ticket was unsolved in one department with one agent: the backlog
      -- at any past instant.
      create table unsolved (
        workspace_id uuid not null, ticket_id uuid not null, turn integer not null,
        department_id uuid, agent_id uuid, opened_at timestamptz(3) not null,
        closed_at timestamptz(3) not null, hidden boolean not null default false,
        primary key (workspace_id, ticket_id, turn)
      );
      create index unsolved_closed on unsolved (workspace_id, closed_at)
        include (opened_at, department_id, agent_id, ticket_id, hidden);
      create function sync_unsolved_hidden() returns trigger
        language plpgsql set search_path = public, pg_temp as $$
      begin
        update unsolved set hidden = new.hidden
        where workspace_id = new.workspace_id and ticket_id = new.id and hidden <> new.hidden;
        return null;
      end $$;
      create trigger ticket_hidden_updated after update on ticket for each row
        when (new.hidden <> old.hidden) execute function sync_unsolved_hidden();

      create table known_name (
        workspace_id uuid not null, thing_id uuid not null, position bigint not null,
        since timestamptz(3) not null, name text not null,
        primary key (workspace_id, thing_id, position)
      );
      create table progress (
        workspace_id uuid primary key, position bigint not null, as_of timestamptz(3) not null
      );

      ${TABLES.map(rowSecurity).join('')}
      ${eventTables}
      ${eventLogPartitions()}
      ${deadLetterTable}
    `);
  }
}
