import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/service/replay';
import { subgraph } from './subgraph.ts';
import { takingOf } from './ticket/consume.ts';

process.exitCode = (await replayCommand(subgraph, takingOf)) ? 0 : 1;
