import 'reflect-metadata';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';
import { peers } from './config.ts';
import { Agent, Department } from './foreign/foreign.ts';
import { ReportResolver } from './report/resolver.ts';
import { consumeTickets } from './ticket/consume.ts';

export const subgraph: SubgraphOptions = {
  name: 'analytics',
  entities: [],
  resolvers: [ReportResolver],
  orphanedTypes: [Agent, Department],
  backgroundTasks: (service) => {
    const follower = consumeTickets(service, peers().TICKETS_URL);
    return [() => follower.stop()];
  },
};
