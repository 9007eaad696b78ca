import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/service/replay';
import { NOTIFICATION_CONSUMER } from './live/notification/consumer.ts';
import { CUSTOMER_EVENTS } from './people/requester/customer-events.ts';
import { subgraph } from './subgraph.ts';

const completed = [
  await replayCommand(subgraph, () => CUSTOMER_EVENTS),
  await replayCommand(subgraph, () => NOTIFICATION_CONSUMER),
];
process.exitCode = completed.every(Boolean) ? 0 : 1;
