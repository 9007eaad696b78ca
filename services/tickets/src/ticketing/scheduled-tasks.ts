import type { Timer } from '@deskgraph/common/jobs/scheduler';
import { close } from './ticket/close.ts';
import { forgetInTime } from './bin/erase-personal-data.ts';
import { purgeInTime } from './bin/purge.ts';
import { wakeInTime } from './snooze/wake.ts';

/** What happens to tickets by time alone. */
export const timers: readonly Timer[] = [
  { table: 'ticket', column: 'closes_at', ring: close },
  { table: 'ticket', column: 'snoozed_until', ring: wakeInTime },
  { table: 'ticket', column: 'purges_at', ring: purgeInTime },
  { table: 'removed_ticket', column: 'forgets_at', ring: forgetInTime },
];
