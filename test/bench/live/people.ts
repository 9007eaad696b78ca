import {
  ADMIN,
  type CreateEntity,
  createPeople,
  entityCreator,
  openWorkspace,
} from '../fill/people.ts';
import { PRODUCTS, PROBLEMS, seededRandom, randomBody, rareWordAt } from '../fill/words.ts';
import type { GraphClient } from '../load.ts';
import type { Platform } from '../platform.ts';
import { spread } from '../row.ts';

/** Sockets per agent: below the limit, because earlier sockets may still be closing. */
const SOCKETS_PER_AGENT = 16;
const SIZE = {
  tickets: 0,
  customers: 100,
  organizations: 20,
  articles: 40,
  reported: 0,
  rounds: 0,
  graphSeconds: 0,
  floorSeconds: 0,
};

export interface LiveWorkspace {
  /** Returns the token of the `n`th client. */
  token(n: number): string;
  /** Creates a ticket, which is an event for every client. Returns its id. */
  createTicket(n: number): Promise<string>;
}

/**
 * Creates a workspace with customers, articles and enough agents for the sockets. All agents have
 * the same permissions.
 */
export async function openLiveWorkspace(
  platform: Platform,
  graph: GraphClient,
  sockets: number,
): Promise<LiveWorkspace> {
  const workspace = await openWorkspace(platform);
  const cast = await createPeople(platform, graph, workspace, SIZE);
  const make = entityCreator(graph, await platform.token({ email: ADMIN, workspace }));
  const tokens: string[] = [];
  for (let n = 0; n * SOCKETS_PER_AGENT < sockets; n++)
    tokens.push(await inviteAgent(platform, make, workspace, n, cast.departments[0]!.id));
  const random = seededRandom(11);
  return {
    token: (n) => tokens[n % tokens.length]!,
    async createTicket(n) {
      const input = {
        subject: `My ${spread(PRODUCTS, n)} ${spread(PROBLEMS, n >> 4)}`,
        body: randomBody(random, rareWordAt(n)),
        channel: 'CALL',
        requester: { customerId: spread(cast.requesters, n).id },
      };
      const query = `mutation ($input: TicketCreateInput!) { ticketCreate(input: $input) { ticket { id } userErrors { code field } } }`;
      const { ticketCreate } = await graph.data<{ ticketCreate: { ticket: { id: string } } }>({
        query,
        variables: { input },
        token: spread(cast.agents, n).token,
      });
      return ticketCreate.ticket.id;
    },
  };
}

async function inviteAgent(
  platform: Platform,
  make: CreateEntity,
  workspace: string,
  n: number,
  department: string,
): Promise<string> {
  const email = `watcher${n}@bench.example`;
  await make(
    'agentInvite',
    { email, name: `Watcher ${n}`, role: 'AGENT', departmentIds: [department] },
    'agent { id }',
  );
  return platform.token({ email, workspace });
}
