import type { MigrationClass } from '@deskgraph/common/database/database';
import { First } from './20261121T2345-first.ts';
import { Partitions } from './20261122T0230-partitions.ts';
import { Dead } from './20261122T0245-dead.ts';
import { Sweep } from './20261122T0300-sweep.ts';

/** In order; only ever appended to. */
export const migrations: Record<string, MigrationClass> = {
  '20261121T2345-first': First,
  '20261122T0230-partitions': Partitions,
  '20261122T0245-dead': Dead,
  '20261122T0300-sweep': Sweep,
};
