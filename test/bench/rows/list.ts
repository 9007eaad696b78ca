import { readRows } from '../sql-baseline.ts';
import { type WorkloadFactory, spread } from '../row.ts';

const QUERY = `query ($after: String, $orderBy: [TicketOrder!]) {
  tickets(first: 50, after: $after, orderBy: $orderBy) {
    nodes { number subject status requester { name } organization { name } assignee { name } suggestedArticles(first: 2) { article { title } } }
  }
}`;

/**
 * Lists 50 tickets across three services. The baseline reads tickets and names without suggested
 * articles.
 */
export const list: WorkloadFactory = (
  { graph, workspace, agents, cursors },
  { tickets, customers },
) => ({
  name: 'list of 50, federated',
  target: 120,
  graph: async (n) => {
    await graph.send({
      query: QUERY,
      variables: spread(cursors, n),
      token: spread(agents, n).token,
    });
  },
  baseline: async (n) => {
    const since = new Date(Date.now() - ((n * 7919) % 80) * 86_400_000);
    const found = await readRows<{ requester_id: string; organization_id: string }>(
      tickets,
      `select t.*, a.name as assignee from ticket t left join agent a on a.id = t.assignee_id
       where t.workspace_id = $1 and t.created_at < $2 order by t.created_at desc, t.id desc limit 51`,
      [workspace, since],
    );
    await Promise.all([
      readRows(
        customers,
        'select id, name from customer where workspace_id = $1 and id = any($2)',
        [workspace, found.map((row) => row.requester_id)],
      ),
      readRows(
        customers,
        'select id, name from organization where workspace_id = $1 and id = any($2)',
        [workspace, found.map((row) => row.organization_id)],
      ),
    ]);
  },
});
