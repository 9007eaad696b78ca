import type { Timer } from '@deskgraph/common/jobs/scheduler';
import { closeSolvedTicket } from './ticket/close.ts';
import { erasePersonalData } from './bin/erase-personal-data.ts';
import { purgeExpiredTicket } from './bin/purge.ts';
import { wakeSnoozedTicket } from './snooze/wake.ts';

/** What happens to tickets by time alone. */
export const ticketTasks: readonly Timer[] = [
  { table: 'ticket', column: 'closes_at', ring: closeSolvedTicket },
  { table: 'ticket', column: 'snoozed_until', ring: wakeSnoozedTicket },
  { table: 'ticket', column: 'purges_at', ring: purgeExpiredTicket },
  { table: 'removed_ticket', column: 'forgets_at', ring: erasePersonalData },
];
