import { Migration } from '@mikro-orm/migrations';

/** A text as words are folded for search, about: in lower case and without the marks of letters. */
export class Search extends Migration {
  override up(): void {
    this.addSql(String.raw`
      create function plain_letters(said text) returns text language sql immutable parallel safe set search_path = pg_catalog as $$
        select normalize(lower(regexp_replace(normalize(said, NFKD), '[\u0300-\u036f\u3099\u309a]+', '', 'g')), NFC)
      $$;
    `);
  }
}
