import 'reflect-metadata';
import { stopOnSignal } from '@deskgraph/common/serve';
import { startSubgraph } from '@deskgraph/common/subgraph';
import { subgraph } from './subgraph.ts';

const { log, stop } = await startSubgraph(subgraph);
stopOnSignal(log, stop);
