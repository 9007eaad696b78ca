import type { RowOf } from '../row.ts';
import { create } from './create.ts';
import { list } from './list.ts';
import { readTicket } from './read.ts';
import { reply } from './reply.ts';
import { dashboard, report } from './report.ts';
import { rankedSearch, search } from './search.ts';
import { status } from './status.ts';

/** By the word that `--only` takes. */
export const rows: Record<string, RowOf> = {
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
