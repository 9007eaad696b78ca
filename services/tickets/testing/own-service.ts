import 'reflect-metadata';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';
import { answerTests } from '@deskgraph/common/testing/statements';
import { type TestService, startTestService } from '@deskgraph/common/testing/testing';
import { migrations } from '../migrations/all.ts';
import { backgroundTasks } from '../src/live/background-tasks.ts';
import { subgraph } from '../src/subgraph.ts';
import { unloggedChanges } from './unlogged-changes.ts';

/**
 * The service without notifications, whose statements would be counted among those of other tests.
 */
export const subgraphWithoutNotifications: SubgraphOptions = {
  ...subgraph,
  backgroundTasks: (service) =>
    Object.entries(backgroundTasks)
      .filter(([name]) => name !== 'notifications')
      .map(([, start]) => start(service)),
};

/**
 * A tickets service in the process of the test, for tests that stop its clock or call its
 * functions.
 */
export async function startOwnTickets(): Promise<TestService> {
  const service = await startTestService(subgraphWithoutNotifications, migrations);
  const stopAnswers = answerTests({
    'unlogged-changes': (workspace) => unloggedChanges(service, workspace),
  });
  return {
    ...service,
    stop: async () => {
      await service.stop();
      stopAnswers();
    },
  };
}
