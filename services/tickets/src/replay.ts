import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/replay';
import { CUSTOMERS } from './requester/follow.ts';
import { subgraph } from './subgraph.ts';

process.exitCode = (await replayCommand(subgraph, () => CUSTOMERS)) ? 0 : 1;
