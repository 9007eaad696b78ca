import { toId, uuidOf } from '@deskgraph/common/core/id';
import { Client } from 'pg';
import type { Desk } from './desk.ts';

/** Creates copies of a new ticket with one statement. Returns their ids in the order of numbers. */
export async function createTicketCopies(desk: Desk, count: number): Promise<string[]> {
  const { id, number } = await desk.ticket();
  const owner = new Client({ connectionString: desk.service.database.ownerUrl });
  await owner.connect();
  const { rows: columns } = await owner.query<{ name: string }>(
    `select quote_ident(column_name) as name from information_schema.columns
     where table_name = 'ticket' and is_generated = 'NEVER' and column_name not in ('id', 'number')`,
  );
  const names = columns.map(({ name }) => name).join(', ');
  await owner.query(`select set_config('desk.workspace', $1, false)`, [desk.workspace]);
  const { rows } = await owner.query<{ id: string }>(
    `with created as (
       insert into ticket (id, number, ${names})
       select gen_random_uuid(), $3 + 1000 + n, ${names}
       from ticket, generate_series(1, $2::integer) n
       where id = $1 returning id, number
     ) select id from created order by number`,
    [uuidOf('tkt', id), count, number],
  );
  await owner.end();
  return rows.map((row) => toId('tkt', row.id));
}
