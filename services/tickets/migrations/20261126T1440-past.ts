import { Migration } from '@mikro-orm/migrations';

/** Facts name things by their typed ids, tables by UUIDs: each in terms of the other, as common/src/id.ts writes them. */
export class Past extends Migration {
  override up(): void {
    this.addSql(`
      create function typed_id(prefix text, id uuid) returns text language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
      declare
        letters text := '0123456789abcdefghjkmnpqrstvwxyz';
        hex text := replace(id::text, '-', '');
        bits integer := ('x' || left(hex, 2))::bit(8)::integer;
        typed text := prefix || '_' || substr(letters, (bits >> 5) + 1, 1) || substr(letters, (bits & 31) + 1, 1);
      begin
        for at in 0..5 loop
          bits := ('x' || substr(hex, at * 5 + 3, 5))::bit(20)::integer;
          typed := typed || substr(letters, (bits >> 15) + 1, 1) || substr(letters, ((bits >> 10) & 31) + 1, 1)
            || substr(letters, ((bits >> 5) & 31) + 1, 1) || substr(letters, (bits & 31) + 1, 1);
        end loop;
        return typed;
      end $$;

      create function uuid_of(typed text) returns uuid language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
      declare
        letters text := '0123456789abcdefghjkmnpqrstvwxyz';
        word text := right(typed, 26);
        hex text := '';
        bits integer;
      begin
        if length(word) <> 26 or word !~ '^[0-7][0-9a-hjkmnp-tv-z]+$' then return null; end if;
        for at in 1..26 loop
          bits := coalesce(bits, 0) * 32 + strpos(letters, substr(word, at, 1)) - 1;
          if at % 4 = 2 then
            hex := hex || lpad(to_hex(bits), case at when 2 then 2 else 5 end, '0');
            bits := 0;
          end if;
        end loop;
        return hex::uuid;
      end $$;
    `);
  }
}
