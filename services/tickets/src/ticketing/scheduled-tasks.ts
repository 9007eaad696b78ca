import type { ScheduledTask } from '@deskgraph/common/jobs/scheduler';
import { attachmentTasks } from './attachment/scheduled-tasks.ts';
import { erasePersonalData } from './bin/erase-personal-data.ts';
import { purgeExpiredTicket } from './bin/purge.ts';
import { sendMessagesTask } from './message/schedule.ts';
import { wakeSnoozedTicket } from './snooze/snooze.ts';
import { closeSolvedTicket } from './ticket/status-change.ts';

export const ticketTasks: readonly ScheduledTask[] = [
  { table: 'ticket', column: 'closes_at', run: closeSolvedTicket },
  { table: 'ticket', column: 'snoozed_until', run: wakeSnoozedTicket },
  { table: 'ticket', column: 'purges_at', run: purgeExpiredTicket },
  { table: 'removed_ticket', column: 'forgets_at', run: erasePersonalData },
  sendMessagesTask,
  ...attachmentTasks,
];
