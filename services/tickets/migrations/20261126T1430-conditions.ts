import { Migration } from '@mikro-orm/migrations';

const word = (column: string): string =>
  `text collate "C" generated always as (lower(normalize(${column}))) stored`;

/**
 * What lists can be asked for besides: texts as words are spelled, so that an index serves under row security; the problem of an incident beside
 * its link; and indexes for what few tickets have.
 */
export class Conditions extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket
        add column locale_word ${word('locale')},
        add column product_word ${word('product')},
        add column external_id_word ${word('external_id')},
        add column problem_id uuid references ticket on delete set null;
      alter table ticket no force row level security;
      alter table ticket_link no force row level security;
      update ticket t set problem_id = l.other_id from ticket_link l where l.ticket_id = t.id and l.kind = 'PROBLEM';
      alter table ticket_link force row level security;
      alter table ticket force row level security;
      create index ticket_locale on ticket (workspace_id, locale_word, id) where locale_word is not null;
      create index ticket_product on ticket (workspace_id, product_word, id) where product_word is not null;
      create index ticket_external_word on ticket (workspace_id, external_id_word) where external_id_word is not null;
      create index ticket_problem on ticket (problem_id) where problem_id is not null;
      create index ticket_solved on ticket (workspace_id, solved_at, id);
      create index ticket_closed on ticket (workspace_id, closed_at) where closed_at is not null;
      create index ticket_reopened on ticket (workspace_id, reopen_count) where reopen_count > 0;
      create index ticket_transferred on ticket (workspace_id, transfer_count) where transfer_count > 0;
    `);
  }
}
