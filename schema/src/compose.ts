import { composeServices } from '@apollo/composition';
import { type GraphQLSchema, lexicographicSortSchema, parse, printSchema } from 'graphql';

export interface SubgraphFile {
  name: string;
  url: string;
  sdl: string;
}

/** Composes the graph and loads it in the gateway once, which rejects some schemas that composition accepts. */
export async function compose(
  subgraphs: readonly SubgraphFile[],
): Promise<{ supergraph: string; api: string }> {
  const composed = composeServices(
    subgraphs.map(({ name, url, sdl }) => ({ name, url, typeDefs: parse(sdl) })),
  );
  if (composed.errors)
    throw new Error(
      `The subgraphs cannot be composed:\n${composed.errors.map(({ message }) => message).join('\n')}`,
    );
  const api = await load(composed.supergraphSdl);
  return {
    supergraph: `${composed.supergraphSdl}\n`,
    api: `${printSchema(lexicographicSortSchema(api))}\n`,
  };
}

async function load(supergraphSdl: string): Promise<GraphQLSchema> {
  process.env['APOLLO_TELEMETRY_DISABLED'] = 'true';
  const { ApolloGateway } = await import('@apollo/gateway');
  const gateway = new ApolloGateway({
    supergraphSdl,
    logger: { debug() {}, info() {}, warn: console.warn, error: console.error },
  });
  const { schema } = await gateway.load();
  await gateway.stop();
  return schema;
}
