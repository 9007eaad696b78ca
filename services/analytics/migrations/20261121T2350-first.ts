import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';
import { eventTables } from '@deskgraph/common/events/tables';

/**
 * `ticket` has one row per ticket: how it stands today, and each thing that is measured once per ticket with the department and agent of its
 * time. Each measure has an index that holds all that a report by its instant reads, so that such a report never touches the rows.
 * `unsolved` has the stretches in which a ticket was unsolved in one department with one agent: who was waiting at any instant of the past.
 */
export class First extends Migration {
  override up(): void {
    this.addSql(`
      create table ticket (
        workspace_id uuid not null, id uuid not null, number integer not null, status text not null, priority text not null, channel text not null,
        department_id uuid, assignee_id uuid, requester_id uuid, tags text[] not null, created_at timestamptz(3) not null,
        created_department_id uuid, created_agent_id uuid,
        solved_at timestamptz(3), solved_department_id uuid, solved_agent_id uuid, resolution_seconds integer,
        responded_at timestamptz(3), responded_department_id uuid, responded_agent_id uuid, response_seconds integer,
        turn integer not null, edge timestamptz(3) not null,
        primary key (workspace_id, id)
      );
      create index ticket_created on ticket (workspace_id, created_at)
        include (status, priority, channel, created_department_id, created_agent_id);
      create index ticket_solved on ticket (workspace_id, solved_at)
        include (status, priority, channel, solved_department_id, solved_agent_id, resolution_seconds) where solved_at is not null;
      create index ticket_responded on ticket (workspace_id, responded_at)
        include (status, priority, channel, responded_department_id, responded_agent_id, response_seconds) where responded_at is not null;

      create table unsolved (
        workspace_id uuid not null, ticket_id uuid not null, turn integer not null, department_id uuid, agent_id uuid,
        opened_at timestamptz(3) not null, closed_at timestamptz(3) not null,
        primary key (workspace_id, ticket_id, turn)
      );
      create index unsolved_closed on unsolved (workspace_id, closed_at) include (opened_at, department_id, agent_id, ticket_id);

      create table known_name (
        workspace_id uuid not null, thing_id uuid not null, position bigint not null, since timestamptz(3) not null, name text not null,
        primary key (workspace_id, thing_id, position)
      );
      create table progress (workspace_id uuid primary key, position bigint not null, as_of timestamptz(3) not null);
      ${['ticket', 'unsolved', 'known_name', 'progress'].map(rowSecurity).join('')}
      ${eventTables}
    `);
  }
}
