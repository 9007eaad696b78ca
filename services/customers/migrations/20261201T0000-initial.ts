import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';
import { deadLetterTable, eventLogPartitions, eventTables } from '@deskgraph/common/events/tables';
import { idempotencyCleanupPolicy, idempotencyTable } from '@deskgraph/common/graphql/idempotency';

const versioned = `version integer not null,
        created_at timestamptz(3) not null, updated_at timestamptz(3) not null`;

const TABLES = [
  'organization',
  'organization_domain',
  'organization_external_id',
  'organization_word',
  'customer',
  'customer_identity',
  'customer_external_id',
  'customer_word',
  'customer_alias',
  'membership',
  'idempotency',
];

/**
 * The schema of the customers service.
 *
 * Keys begin with the workspace and foreign keys carry it, so that no row refers to another
 * workspace. Under row security PostgreSQL uses an index only for plain comparisons of plain
 * columns. Values are therefore stored as they are compared: folded names, lower-case identities,
 * one row per word, and collation "C" for prefix searches.
 */
export class Initial extends Migration {
  override up(): void {
    this.addSql(`
      create table organization (
        workspace_id uuid not null, id uuid not null, name text not null,
        sort_name text collate "C" not null, tier text, ${versioned},
        primary key (workspace_id, id)
      );
      create index organization_name on organization (workspace_id, sort_name, id);
      create table organization_domain (
        workspace_id uuid not null, domain text not null, organization_id uuid not null,
        primary key (workspace_id, domain),
        foreign key (workspace_id, organization_id) references organization on delete cascade
          deferrable initially deferred
      );
      create index organization_domain_organization on organization_domain (workspace_id,
        organization_id);
      create table organization_external_id (
        workspace_id uuid not null, app_id uuid not null, value text not null,
        app_name text not null, organization_id uuid not null,
        primary key (workspace_id, app_id, value),
        foreign key (workspace_id, organization_id) references organization on delete cascade
          deferrable initially deferred
      );
      create index organization_external_id_organization
          on organization_external_id (workspace_id, organization_id);
      create index organization_external_id_value on organization_external_id (workspace_id, value);
      create table organization_word (
        workspace_id uuid not null, word text collate "C" not null, organization_id uuid not null,
        primary key (workspace_id, word, organization_id),
        foreign key (workspace_id, organization_id) references organization on delete cascade
      );
      create index organization_word_organization on organization_word (workspace_id,
        organization_id);

      create table customer (
        workspace_id uuid not null, id uuid not null, kind text not null, full_name text,
        name text not null,
        sort_name text collate "C" not null, email text, phone text, city text, region text,
        country text, address text,
        locale text, time_zone text, tier text, sees_organization_tickets boolean not null,
        ${versioned},
        primary key (workspace_id, id)
      );
      create index customer_name on customer (workspace_id, sort_name, id);
      create index customer_created on customer (workspace_id, created_at, id);
      create index customer_updated on customer (workspace_id, updated_at, id);
      create table customer_identity (
        workspace_id uuid not null, kind text not null, value text not null,
        customer_id uuid not null,
        verified boolean not null, is_primary boolean not null, place integer not null,
        primary key (workspace_id, kind, value),
        foreign key (workspace_id, customer_id) references customer on delete cascade
          deferrable initially deferred
      );
      create index customer_identity_customer on customer_identity (workspace_id, customer_id);
      create unique index customer_identity_primary on customer_identity (workspace_id,
        customer_id, kind) where is_primary;
      create table customer_external_id (
        workspace_id uuid not null, app_id uuid not null, value text not null,
        app_name text not null, customer_id uuid not null,
        primary key (workspace_id, app_id, value),
        foreign key (workspace_id, customer_id) references customer on delete cascade
          deferrable initially deferred
      );
      create index customer_external_id_customer on customer_external_id (workspace_id,
        customer_id);
      create index customer_external_id_value on customer_external_id (workspace_id, value);
      create table customer_word (
        workspace_id uuid not null, word text collate "C" not null, customer_id uuid not null,
        primary key (workspace_id, word, customer_id),
        foreign key (workspace_id, customer_id) references customer on delete cascade
      );
      create index customer_word_customer on customer_word (workspace_id, customer_id);
      create table customer_alias (
        workspace_id uuid not null, id uuid not null, customer_id uuid not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, id),
        foreign key (workspace_id, customer_id) references customer on delete cascade
      );
      create index customer_alias_customer on customer_alias (workspace_id, customer_id);
      create table membership (
        workspace_id uuid not null, customer_id uuid not null, organization_id uuid not null,
        primary key (workspace_id, customer_id, organization_id),
        foreign key (workspace_id, customer_id) references customer on delete cascade
          deferrable initially deferred,
        foreign key (workspace_id, organization_id) references organization on delete cascade
      );
      create index membership_organization on membership (workspace_id, organization_id,
        customer_id);

      ${idempotencyTable}
      ${TABLES.map(rowSecurity).join('')}
      ${idempotencyCleanupPolicy}
      ${eventTables}
      ${eventLogPartitions()}
      ${deadLetterTable}
    `);
  }
}
