import { searchQuery } from '@deskgraph/common/words';
import { read } from '../floor.ts';
import { type RowOf, spread } from '../row.ts';

const QUERY = `query ($text: String!, $orderBy: [TicketOrder!]) {
  tickets(first: 25, filter: { text: $text }, orderBy: $orderBy) { nodes { id number subject status } pageInfo { hasNextPage } }
}`;

/** Two words, one of them rare, newest first. */
export const search: RowOf = ({ graph, workspace, agents, searches }, { tickets }) => ({
  name: 'text search',
  aim: 150,
  graph: async (n) => {
    const variables = { text: spread(searches, n), orderBy: [{ field: 'CREATED_AT', direction: 'DESC' }] };
    await graph.ask({ query: QUERY, variables, token: spread(agents, n).token });
  },
  floor: async (n) => {
    await read(
      tickets,
      `select t.* from ticket t where t.workspace_id = $1 and t.id in (select ticket_id from ticket_text where everything @@ $2::tsquery)
       order by t.created_at desc, t.id desc limit 26`,
      [workspace, searchQuery(spread(searches, n))],
    );
  },
});
