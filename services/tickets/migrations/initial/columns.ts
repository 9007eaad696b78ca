/** The columns of an entity that users edit: its version and its instants. */
export const versioned = `version integer not null,
        created_at timestamptz(3) not null, updated_at timestamptz(3) not null`;

/**
 * A generated column that holds a text as filters compare it: case-folded and normalized. Under row
 * security PostgreSQL uses an index for plain columns only, not for expressions.
 */
export const comparable = (column: string): string =>
  `text collate "C" generated always as (lower(normalize(${column}))) stored`;
