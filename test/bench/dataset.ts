import type { GraphClient } from './load.ts';

export interface NamedEntity {
  id: string;
  name: string;
}

export interface BenchAgent extends NamedEntity {
  /** Bearer token. */
  token: string;
}

export interface BenchCustomer extends NamedEntity {
  organizationId: string | null;
}

/** The data of a filled platform that workloads use. Ids are typed ids of the graph. */
export interface Dataset {
  graph: GraphClient;
  /** The workspace id in the database. */
  workspace: string;
  lead: BenchAgent;
  agents: BenchAgent[];
  departments: NamedEntity[];
  requesters: BenchCustomer[];
  /** Ids of tickets with 20 messages each. */
  longTickets: string[];
  /** Ids of OPEN tickets that only the status and reply workloads change. */
  openTickets: string[];
  /** Pairs of words that occur in the same text. */
  searches: string[];
  /** Start positions of list pages in several orders. */
  cursors: { orderBy: object[]; after: string }[];
}
