import type { Pool } from 'pg';
import type { Step } from './load.ts';
import type { World } from './dataset.ts';

/** Something that people do, and the least that a database has to do for it. */
export interface Row {
  name: string;
  /** Requests a second at 16 clients that we want on two cores. */
  aim: number;
  /** Milliseconds that 95 of 100 requests of a single client may take. */
  aimAlone?: number;
  /** One request through the gateway. */
  graph: Step;
  /** The same work as plain prepared statements, as the owner of the tables: without row security, graph, or JSON. */
  floor: Step;
}

export interface Databases {
  tickets: Pool;
  analytics: Pool;
  customers: Pool;
}

export type RowOf = (world: World, databases: Databases) => Row;

/** The `n`th of a list, far from its neighbours, so that parallel clients meet different things. */
export const spread = <T>(list: readonly T[], n: number): T => list[(n * 7919) % list.length]!;
