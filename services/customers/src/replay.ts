import 'reflect-metadata';
import { replayCommand } from '@deskgraph/common/service/replay';
import { TICKET_EVENTS } from './discovered/consume.ts';
import { subgraph } from './subgraph.ts';

process.exitCode = (await replayCommand(subgraph, () => TICKET_EVENTS)) ? 0 : 1;
