import 'reflect-metadata';
import { stopOnSignal } from '@deskgraph/common/serve';
import { startSubgraph } from '@deskgraph/common/subgraph';
import { subgraph } from './subgraph.ts';

const service = await startSubgraph(subgraph);
stopOnSignal(service.log, () => service.stop());
