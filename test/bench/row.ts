import type { Pool } from 'pg';
import type { Step } from './load.ts';
import type { Dataset } from './dataset.ts';

/** A workload: a request through the graph, and the minimal SQL for the same work. */
export interface Workload {
  name: string;
  /** The target in requests per second, with 16 clients on two cores. */
  target: number;
  /** The target for the 95th percentile with a single client, in milliseconds. */
  singleClientTargetMs?: number;
  /** Sends one request through the gateway. */
  graph: Step;
  /**
   * Runs the same work as prepared statements by the table owner, without row security, GraphQL
   * and JSON.
   */
  baseline: Step;
}

export interface Databases {
  tickets: Pool;
  analytics: Pool;
  customers: Pool;
}

export type WorkloadFactory = (world: Dataset, databases: Databases) => Workload;

/**
 * Picks from a list so that consecutive `n` are far apart and parallel clients use different
 * entities.
 */
export const spread = <T>(list: readonly T[], n: number): T => list[(n * 7919) % list.length]!;
