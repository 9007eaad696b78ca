import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/service/replay';
import { subgraph } from './subgraph.ts';
import { ticketsProjection } from './ticket/consume.ts';

process.exitCode = (await replayCommand(subgraph, ticketsProjection)) ? 0 : 1;
