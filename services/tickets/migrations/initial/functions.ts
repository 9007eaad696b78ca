/** Functions of queries. Events name entities by typed ids, tables by UUIDs. */
export const queryFunctions = String.raw`
      -- The typed id of a UUID, as common/src/core/id.ts writes it.
      create function typed_id(prefix text, id uuid) returns text
        language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
      declare
        letters text := '0123456789abcdefghjkmnpqrstvwxyz';
        hex text := replace(id::text, '-', '');
        bits integer := ('x' || left(hex, 2))::bit(8)::integer;
        typed text := prefix || '_'
          || substr(letters, (bits >> 5) + 1, 1) || substr(letters, (bits & 31) + 1, 1);
      begin
        for at in 0..5 loop
          bits := ('x' || substr(hex, at * 5 + 3, 5))::bit(20)::integer;
          typed := typed
            || substr(letters, (bits >> 15) + 1, 1) || substr(letters, ((bits >> 10) & 31) + 1, 1)
            || substr(letters, ((bits >> 5) & 31) + 1, 1) || substr(letters, (bits & 31) + 1, 1);
        end loop;
        return typed;
      end $$;

      -- The UUID of a typed id; null for a malformed one.
      create function uuid_of(typed text) returns uuid
        language plpgsql immutable strict parallel safe set search_path = pg_catalog as $$
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

      -- A text as search folds it, approximately: lower case and without combining marks.
      create function fold_text(original text) returns text
        language sql immutable parallel safe set search_path = pg_catalog as $$
        select normalize(lower(regexp_replace(
          normalize(original, NFKD), '[\u0300-\u036f\u3099\u309a]+', '', 'g')), NFC)
      $$;`;
