import type { Service } from '@deskgraph/common/service/subgraph';
import { startScheduler } from '@deskgraph/common/jobs/scheduler';
import { startNotificationConsumer } from './notification/consumer.ts';
import { openNotificationHub } from './notification/hub.ts';
import { startNotificationCleanup } from './notification/cleanup.ts';
import { openPresenceStore } from './presence/store.ts';
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
  presence: openPresenceStore,
  bulkJobs: openJobNotifications,
  files: openFiles,
  scheduler: startTicketScheduler,
  notificationHub: openNotificationHub,
  notifications: startNotificationConsumer,
  notificationCleanup: startNotificationCleanup,
};
