import 'reflect-metadata';
import { stopOnSignal } from '@deskgraph/common/http/serve';
import { startSubgraph } from '@deskgraph/common/service/subgraph';
import { subgraph } from './subgraph.ts';

const service = await startSubgraph(subgraph);
stopOnSignal(service.log, () => service.stop());
