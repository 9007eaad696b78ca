import { uuidOf } from '@deskgraph/common/core/id';
import { Client } from 'pg';
import { createGraphClient } from '../load.ts';
import type { Size } from '../options.ts';
import type { Platform } from '../platform.ts';
import type { BenchAgent, Dataset } from '../dataset.ts';
import { createPeople, openWorkspace } from './people.ts';
import { fillReports } from './reports.ts';
import { insertTickets } from './tickets.ts';

/**
 * Fills an empty platform: members and articles through the graph, tickets and report data by SQL.
 */
export async function fill(platform: Platform, size: Size): Promise<Dataset> {
  const graph = createGraphClient(platform.url);
  const workspaceId = await openWorkspace(platform);
  const workspace = uuidOf('wsp', workspaceId);
  const cast = await createPeople(platform, graph, workspaceId, size);
  const filled = await asOwner(platform, 'tickets', (owner) =>
    insertTickets(owner, workspace, cast, size),
  );
  await asOwner(platform, 'analytics', (owner) =>
    fillReports(owner, workspace, filled.tickets, size),
  );
  for (const name of ['customers', 'knowledge_base']) await asOwner(platform, name, async () => {});
  const cursors = await cursorsOf(graph, cast.lead, size.tickets / 2);
  return { graph, workspace, ...cast, ...filled, cursors };
}

/** Runs work as the owner of a database, then updates the planner statistics. */
async function asOwner<T>(
  platform: Platform,
  database: string,
  work: (owner: Client) => Promise<T>,
): Promise<T> {
  const owner = new Client({ connectionString: platform.database(database).owner });
  await owner.connect();
  try {
    const done = await work(owner);
    await owner.query('vacuum (analyze)');
    return done;
  } finally {
    await owner.end();
  }
}

const ORDERS: object[][] = [
  [],
  [{ field: 'CREATED_AT', direction: 'DESC' }],
  [{ field: 'UPDATED_AT', direction: 'DESC' }],
];
const CURSORS = `query ($orderBy: [TicketOrder!]!, $after: String) {
  tickets(first: 100, after: $after, orderBy: $orderBy) { edges { cursor } pageInfo { hasNextPage endCursor } }
}`;

/** Returns the cursors of the first tickets in each order, as start positions of pages. */
async function cursorsOf(
  graph: Dataset['graph'],
  { token }: BenchAgent,
  most: number,
): Promise<Dataset['cursors']> {
  const cursors: Dataset['cursors'] = [];
  for (const orderBy of ORDERS) {
    let after: string | null = null;
    for (let read = 0; read < Math.min(most, 2_000); read += 100) {
      type Page = {
        tickets: {
          edges: { cursor: string }[];
          pageInfo: { hasNextPage: boolean; endCursor: string };
        };
      };
      const { tickets }: Page = await graph.data<Page>({
        query: CURSORS,
        variables: { orderBy, after },
        token,
      });
      cursors.push(...tickets.edges.map(({ cursor }) => ({ orderBy, after: cursor })));
      if (!tickets.pageInfo.hasNextPage) break;
      after = tickets.pageInfo.endCursor;
    }
  }
  return cursors;
}
