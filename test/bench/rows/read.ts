import { uuidOf } from '@deskgraph/common/core/id';
import { readRows } from '../sql-baseline.ts';
import { type WorkloadFactory, spread } from '../row.ts';

const QUERY = `query ($id: ID!) {
  ticket(id: $id) {
    number subject status priority createdAt
    requester { name }
    assignee { name }
    department { name }
    messages(first: 20) { nodes { id visibility createdAt text author { name } } pageInfo { hasNextPage } }
  }
}`;

/** Reads a ticket with 20 messages. */
export const readTicket: WorkloadFactory = (
  { graph, agents, longTickets: long },
  { tickets, customers },
) => ({
  name: 'read ticket, 20 messages',
  target: 300,
  graph: async (n) => {
    await graph.send({
      query: QUERY,
      variables: { id: spread(long, n) },
      token: spread(agents, n).token,
    });
  },
  baseline: async (n) => {
    const id = uuidOf('tkt', spread(long, n));
    const [ticket] = await readRows<{ requester_id: string }>(
      tickets,
      `select t.*, a.name as assignee, d.name as department from ticket t left join agent a on a.id = t.assignee_id
       left join department d on d.id = t.department_id where t.id = $1`,
      [id],
    );
    await readRows(
      tickets,
      'select * from message where ticket_id = $1 order by created_at, id limit 21',
      [id],
    );
    await readRows(customers, 'select id, name from customer where id = $1', [
      ticket!.requester_id,
    ]);
  },
});
