import type { MigrationClass } from '@deskgraph/common/database/database';
import { First } from './20261121T2350-first.ts';
import { Partitions } from './20261122T0230-partitions.ts';
import { Dead } from './20261122T0245-dead.ts';
import { Snooze } from './20261122T0255-snooze.ts';
import { Waiting } from './20261122T0326-waiting.ts';
import { Bin } from './20261122T0310-bin.ts';
import { Categories } from './20261122T0328-categories.ts';
import { Fields } from './20261122T0345-fields.ts';
import { Followers } from './20261126T1425-followers.ts';
import { Statuses } from './20261126T1420-statuses.ts';
import { Forms } from './20261126T1440-forms.ts';
import { Conditions } from './20261126T1430-conditions.ts';
import { Escalated } from './20261126T1530-escalated.ts';

/** In order; only ever appended to. */
export const migrations: Record<string, MigrationClass> = {
  '20261121T2350-first': First,
  '20261122T0230-partitions': Partitions,
  '20261122T0245-dead': Dead,
  '20261122T0255-snooze': Snooze,
  '20261122T0326-waiting': Waiting,
  '20261122T0310-bin': Bin,
  '20261122T0328-categories': Categories,
  '20261122T0345-fields': Fields,
  '20261126T1425-followers': Followers,
  '20261126T1420-statuses': Statuses,
  '20261126T1440-forms': Forms,
  '20261126T1430-conditions': Conditions,
  '20261126T1530-escalated': Escalated,
};
