import { type GraphQLSchema, isNonNullType, isObjectType } from 'graphql';
import { Client } from 'pg';
import type { TestService } from './testing.ts';

/**
 * The differences between entity classes, tables and GraphQL types: missing columns, different
 * nullability, non-null GraphQL fields on nullable columns. Decorators declare all three and
 * nothing else compares them. A column that the database maintains must not be a property, because
 * `updateEntities` would overwrite it.
 */
export async function mappingErrors(
  { service, database }: TestService,
  schema: GraphQLSchema,
): Promise<string[]> {
  const client = new Client({ connectionString: database.ownerUrl });
  await client.connect();
  const { rows } = await client.query<{
    table_name: string;
    column_name: string;
    is_nullable: 'YES' | 'NO';
  }>(
    `select table_name, column_name, is_nullable from information_schema.columns where table_schema = 'public'`,
  );
  const maintained = await maintainedColumns(client);
  await client.end();
  const columns = new Map(
    rows.map((row) => [`${row.table_name}.${row.column_name}`, row.is_nullable === 'YES']),
  );
  const errors: string[] = [];
  for (const meta of service.orm.getMetadata().getAll().values()) {
    if (meta.abstract) continue;
    const type = schema.getType(meta.className);
    for (const property of meta.props) {
      const path = `${meta.className}.${property.name}`;
      const isColumnNullable = columns.get(`${meta.tableName}.${property.fieldNames[0]}`);
      if (isColumnNullable === undefined) errors.push(`${path} has no column`);
      else if (isColumnNullable !== Boolean(property.nullable))
        errors.push(`${path} is ${isColumnNullable ? '' : 'not '}nullable in the table only`);
      if (maintained.has(`${meta.tableName}.${property.fieldNames[0]}`))
        errors.push(`${path} is maintained by the database`);
      const field = isObjectType(type) ? type.getFields()[property.name] : undefined;
      if (property.nullable && field && isNonNullType(field.type))
        errors.push(`${path} is non-null in the graph and nullable in the table`);
    }
  }
  return errors;
}

/** Columns that are generated, or that a trigger updates in existing rows. */
async function maintainedColumns(client: Client): Promise<ReadonlySet<string>> {
  const { rows: generated } = await client.query<{ path: string }>(
    `select table_name || '.' || column_name as path from information_schema.columns where table_schema = 'public' and is_generated = 'ALWAYS'`,
  );
  const { rows: triggers } = await client.query<{ source: string }>(
    `select prosrc as source from pg_proc where pronamespace = 'public'::regnamespace and prorettype = 'trigger'::regtype`,
  );
  const updatedByTriggers = triggers.flatMap(({ source }) =>
    [...source.matchAll(/\bupdate (\w+)(?: \w+)? set ([^;]*)/g)].flatMap(([, table, set]) =>
      [...set!.matchAll(/(?:^|, )(\w+) = /g)].map(([, column]) => `${table}.${column}`),
    ),
  );
  return new Set([...generated.map(({ path }) => path), ...updatedByTriggers]);
}
