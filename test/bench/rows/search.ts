import { searchQuery } from '@deskgraph/common/text/tokenizer';
import { readRows } from '../sql-baseline.ts';
import { type WorkloadFactory, spread } from '../row.ts';

const QUERY = `query ($text: String!, $orderBy: [TicketOrder!]) {
  tickets(first: 25, filter: { text: $text }, orderBy: $orderBy) { nodes { id number subject status } pageInfo { hasNextPage } }
}`;

/** Searches for two words, one of them rare, in a given order. */
const searchBy =
  (name: string, aim: number, orderBy: object, floorOrder: string): WorkloadFactory =>
  ({ graph, workspace, agents, searches }, { tickets }) => ({
    name,
    target: aim,
    graph: async (n) => {
      await graph.send({
        query: QUERY,
        variables: { text: spread(searches, n), orderBy: [orderBy] },
        token: spread(agents, n).token,
      });
    },
    baseline: async (n) => {
      await readRows(
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
