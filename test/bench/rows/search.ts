import { searchQuery } from '@deskgraph/common/text/tokenizer';
import { read } from '../sql-baseline.ts';
import { type RowOf, spread } from '../row.ts';

const QUERY = `query ($text: String!, $orderBy: [TicketOrder!]) {
  tickets(first: 25, filter: { text: $text }, orderBy: $orderBy) { nodes { id number subject status } pageInfo { hasNextPage } }
}`;

/** Two words, one of them rare, in an order that the graph and the bare statement are asked for. */
const searchBy =
  (name: string, aim: number, orderBy: object, floorOrder: string): RowOf =>
  ({ graph, workspace, agents, searches }, { tickets }) => ({
    name,
    aim,
    graph: async (n) => {
      await graph.ask({
        query: QUERY,
        variables: { text: spread(searches, n), orderBy: [orderBy] },
        token: spread(agents, n).token,
      });
    },
    floor: async (n) => {
      await read(
        tickets,
        `select t.* from ticket t join ticket_text x on x.ticket_id = t.id where t.workspace_id = $1 and x.everything @@ $2::tsquery
         order by ${floorOrder} limit 26`,
        [workspace, searchQuery(spread(searches, n))],
      );
    },
  });

/** Newest first. */
export const search = searchBy(
  'text search',
  150,
  { field: 'CREATED_AT', direction: 'DESC' },
  't.created_at desc, t.id desc',
);
/** The best first. */
export const rankedSearch = searchBy(
  'ranked text search',
  150,
  { field: 'RELEVANCE' },
  'ts_rank(x.everything, $2::tsquery, 1) desc, t.id',
);
