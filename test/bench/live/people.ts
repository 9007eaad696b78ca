import { ADMIN, type Make, hire, maker, openWorkspace } from '../fill/people.ts';
import { THINGS, TROUBLES, dice, letter, rare } from '../fill/words.ts';
import type { Asker } from '../load.ts';
import type { Platform } from '../platform.ts';
import { spread } from '../row.ts';

/** Sockets that one person may hold, and some to spare for those that are still closing. */
const SOCKETS_EACH = 16;
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

export interface Scene {
  /** The token for the `n`th client. */
  token(n: number): string;
  /** Somebody opens a ticket: an event for everybody. Gives its id. */
  happen(n: number): Promise<string>;
}

/** A desk with customers and articles, and staff enough for so many sockets: one team, whose rights are the same. */
export async function openScene(platform: Platform, graph: Asker, sockets: number): Promise<Scene> {
  const workspace = await openWorkspace(platform);
  const cast = await hire(platform, graph, workspace, SIZE);
  const make = maker(graph, await platform.token({ email: ADMIN, workspace }));
  const tokens: string[] = [];
  for (let n = 0; n * SOCKETS_EACH < sockets; n++)
    tokens.push(await join(platform, make, workspace, n, cast.departments[0]!.id));
  const random = dice(11);
  return {
    token: (n) => tokens[n % tokens.length]!,
    async happen(n) {
      const input = {
        subject: `My ${spread(THINGS, n)} ${spread(TROUBLES, n >> 4)}`,
        body: letter(random, rare(n)),
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

async function join(
  platform: Platform,
  make: Make,
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
