import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/service/replay';
import { TICKETS } from './discovered/consume.ts';
import { subgraph } from './subgraph.ts';

process.exitCode = (await replayCommand(subgraph, () => TICKETS)) ? 0 : 1;
