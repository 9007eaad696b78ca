import type { Asker } from './load.ts';

export interface Known {
  id: string;
  name: string;
}

export interface Person extends Known {
  /** Bearer token. */
  token: string;
}

export interface Requester extends Known {
  organizationId: string | null;
}

/** What a filled platform lends to the rows. Ids are those of the graph. */
export interface World {
  graph: Asker;
  /** Of the workspace, in the database. */
  workspace: string;
  lead: Person;
  agents: Person[];
  departments: Known[];
  requesters: Requester[];
  /** Each has 20 messages. */
  long: string[];
  /** OPEN, and nobody else changes them. */
  open: string[];
  /** Pairs of words that stand in one text. */
  searches: string[];
  /** Where pages of the list by waiting time and by creation begin. */
  cursors: { orderBy: object[]; after: string }[];
}
