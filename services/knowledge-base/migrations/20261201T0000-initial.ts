import { Migration } from '@mikro-orm/migrations';
import { rowSecurity } from '@deskgraph/common/database/database';
import { deadLetterTable, eventLogPartitions, eventTables } from '@deskgraph/common/events/tables';
import { idempotencyCleanupPolicy, idempotencyTable } from '@deskgraph/common/graphql/idempotency';

const versioned = `version integer not null,
        created_at timestamptz(3) not null, updated_at timestamptz(3) not null`;

const TABLES = [
  'knowledge_base',
  'section',
  'article',
  'article_version',
  'article_text',
  'article_word',
  'article_revision',
  'idempotency',
];

/**
 * The schema of the knowledge base service.
 *
 * Foreign keys carry the workspace, so that no row refers to another workspace. `article_word` is
 * an inverted list instead of a `tsvector` index: under row security PostgreSQL answers the match
 * operator by reading every row, while equality and ranges of text use an index.
 */
export class Initial extends Migration {
  override up(): void {
    this.addSql(`
      create table knowledge_base (
        id uuid primary key, workspace_id uuid not null, name text not null, slug text not null,
        audience text not null check (audience in ('INTERNAL', 'EXTERNAL')),
        locales text[] not null check (cardinality(locales) > 0), ${versioned},
        unique (workspace_id, id), unique (workspace_id, slug)
      );

      create table section (
        id uuid primary key, workspace_id uuid not null, knowledge_base_id uuid not null,
        parent_id uuid,
        titles jsonb not null, position integer not null, ${versioned},
        unique (workspace_id, knowledge_base_id, id),
        foreign key (workspace_id, knowledge_base_id) references knowledge_base (workspace_id, id),
        foreign key (workspace_id, knowledge_base_id, parent_id) references section (workspace_id,
        knowledge_base_id, id)
      );
      create index section_place on section (workspace_id, knowledge_base_id, parent_id, position);
      create index section_parent on section (workspace_id, parent_id, position);

      create table article (
        id uuid primary key, workspace_id uuid not null, knowledge_base_id uuid not null,
        section_id uuid, position integer not null,
        slug text not null, kind text not null,
        audience text not null check (audience in ('INTERNAL', 'EXTERNAL')),
        owner_id uuid, review_on date, newest_number integer not null, public_number integer,
        went_public_at timestamptz(3),
        next_number integer, goes_public_at timestamptz(3), expires_at timestamptz(3),
        archived_at timestamptz(3), ${versioned},
        unique (workspace_id, id), unique (workspace_id, knowledge_base_id, slug),
        check ((next_number is null) = (goes_public_at is null)),
        check (archived_at is null or (public_number is null and next_number is null)),
        foreign key (workspace_id, knowledge_base_id) references knowledge_base (workspace_id, id),
        foreign key (workspace_id, knowledge_base_id, section_id)
          references section (workspace_id, knowledge_base_id, id)
      );
      create index article_place on article (workspace_id, knowledge_base_id, section_id, position);
      create index article_section on article (workspace_id, section_id, position);
      create index article_updated on article (workspace_id, updated_at, id);
      create index article_owner on article (workspace_id, owner_id) where owner_id is not null;
      create index article_publish on article (workspace_id, goes_public_at)
          where goes_public_at is not null;
      create index article_expiry on article (workspace_id, expires_at)
          where expires_at is not null;

      create table article_version (
        workspace_id uuid not null, article_id uuid not null, number integer not null,
        locale text not null,
        keywords text[] not null, media text[] not null, comment text, author jsonb not null,
        created_at timestamptz(3) not null,
        primary key (workspace_id, article_id, number),
        foreign key (workspace_id, article_id) references article (workspace_id, id)
      );
      create table article_text (
        workspace_id uuid not null, article_id uuid not null, number integer not null,
        locale text not null,
        title text not null, summary text not null, body text not null, html text not null,
        plain text not null,
        primary key (workspace_id, article_id, number, locale),
        foreign key (workspace_id, article_id, number) references article_version (workspace_id,
        article_id, number)
      );
      create table article_word (
        workspace_id uuid not null, word text collate "C" not null, article_id uuid not null,
        number integer not null, locale text not null,
        weight real not null,
        primary key (workspace_id, word, article_id, number, locale) include (weight),
        foreign key (workspace_id, article_id, number, locale)
          references article_text (workspace_id, article_id, number, locale)
      );
      create index article_word_text on article_word (workspace_id, article_id, number);
      create table article_revision (workspace_id uuid primary key, revision bigint not null);

      ${idempotencyTable}
      ${TABLES.map(rowSecurity).join('')}
      ${idempotencyCleanupPolicy}
      ${eventTables}
      ${eventLogPartitions()}
      ${deadLetterTable}
    `);
  }
}
