import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/replay';
import { subgraph } from './subgraph.ts';
import { takingOf } from './ticket/follow.ts';

process.exitCode = (await replayCommand(subgraph, takingOf)) ? 0 : 1;
