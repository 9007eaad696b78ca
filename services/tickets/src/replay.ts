import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/replay';
import { NOTIFICATIONS } from './notification/follow.ts';
import { CUSTOMERS } from './requester/follow.ts';
import { subgraph } from './subgraph.ts';

const whole = [
  await replayCommand(subgraph, () => CUSTOMERS),
  await replayCommand(subgraph, () => NOTIFICATIONS),
];
process.exitCode = whole.every(Boolean) ? 0 : 1;
