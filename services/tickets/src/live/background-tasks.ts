import type { Service } from '@deskgraph/common/service/subgraph';
import { startScheduler } from '@deskgraph/common/jobs/scheduler';
import { followFacts } from './notification/follow.ts';
import { openBell } from './notification/hub.ts';
import { sweepNotifications } from './notification/sweep.ts';
import { openWatch } from './presence/watch.ts';
import { openJobNotifications } from '../operations/bulk/progress.ts';
import { bulkJobTask } from '../operations/bulk/runner.ts';
import { consumeCustomerEvents } from '../people/requester/customer-events.ts';
import { openFiles } from '../ticketing/attachment/files.ts';
import { escalationTask } from '../ticketing/escalation/escalate.ts';
import { ticketTasks } from '../ticketing/scheduled-tasks.ts';

const startTicketScheduler = ({ orm, log, config }: Service): (() => Promise<void>) => {
  const scheduler = startScheduler({
    orm,
    log,
    url: config.DATABASE_URL,
    tasks: [...ticketTasks, escalationTask, bulkJobTask],
  });
  return () => scheduler.stop();
};

/** The tasks that run in the background of the service; each start function returns its stop. */
export const backgroundTasks = {
  customerEvents: consumeCustomerEvents,
  presence: openWatch,
  bulkJobs: openJobNotifications,
  files: openFiles,
  scheduler: startTicketScheduler,
  notificationHub: openBell,
  notifications: followFacts,
  notificationCleanup: sweepNotifications,
};
