import { Migration } from '@mikro-orm/migrations';

const word = (column: string): string =>
  `text collate "C" generated always as (lower(normalize(${column}))) stored`;

/** Reports can be asked about more of what a ticket carries. Facts of former times don't tell all of it; the next one of a ticket does. */
export class Conditions extends Migration {
  override up(): void {
    this.addSql(`
      alter table ticket
        add column locale text, add column product text, add column external_id text, add column organization_id uuid,
        add column problem_id uuid, add column handled boolean not null default false, add column reopen_count integer not null default 0,
        add column transfer_count integer not null default 0, add column updated_at timestamptz(3), add column closed_at timestamptz(3),
        add column locale_word ${word('locale')}, add column product_word ${word('product')}, add column external_id_word ${word('external_id')};
    `);
  }
}
