import type { MigrationClass } from '@deskgraph/common/database/database';
import { Initial } from './20261201T0000-initial.ts';

/** In the order of application, which is the order of their names. Only ever appended to. */
export const migrations: Record<string, MigrationClass> = {
  '20261201T0000-initial': Initial,
};
