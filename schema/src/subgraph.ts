import { buildSubgraph } from '@deskgraph/common/graphql/federation';
import type { SubgraphOptions } from '@deskgraph/common/service/subgraph';

/** Prints the schema of a service. */
const { subgraph } = (await import(`@deskgraph/${process.argv[2]}/subgraph`)) as {
  subgraph: SubgraphOptions;
};
process.stdout.write(buildSubgraph(subgraph).sdl);
