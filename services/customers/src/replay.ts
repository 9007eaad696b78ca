import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/replay';
import { TICKETS } from './met/follow.ts';
import { subgraph } from './subgraph.ts';

process.exitCode = (await replayCommand(subgraph, () => TICKETS)) ? 0 : 1;
