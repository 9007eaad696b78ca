import type { WorkloadFactory } from '../row.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { readTicket } from './read.ts';
import { reply } from './reply.ts';
import { dashboard, report } from './report.ts';
import { rankedSearch, search } from './search.ts';
import { status } from './status.ts';

/** All workloads, by the name for `--only`. */
export const rows: Record<string, WorkloadFactory> = {
  create,
  reply,
  status,
  read: readTicket,
  list,
  search,
  ranked: rankedSearch,
  report,
  dashboard,
};
