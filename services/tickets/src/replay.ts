import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/service/replay';
import { NOTIFICATIONS } from './live/notification/follow.ts';
import { CUSTOMER_EVENTS } from './people/requester/customer-events.ts';
import { subgraph } from './subgraph.ts';

const completed = [
  await replayCommand(subgraph, () => CUSTOMER_EVENTS),
  await replayCommand(subgraph, () => NOTIFICATIONS),
];
process.exitCode = completed.every(Boolean) ? 0 : 1;
