import 'reflect-metadata';
import { stopOnSignal } from '@deskgraph/common/http/serve';
import { startSubgraph } from '@deskgraph/common/service/subgraph';
import { subgraph } from './subgraph.ts';

const { log, stop } = await startSubgraph(subgraph);
stopOnSignal(log, stop);
