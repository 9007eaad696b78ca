import './untracked.ts';
import { ApolloGateway } from '@apollo/gateway';
import type { GatewayInterface } from '@apollo/server-gateway-interface';
import { GraphQLError } from 'graphql';
import { FAULTS } from '@deskgraph/common/errors';
import type { Log } from '@deskgraph/common/log';
import type { Subgraph } from './subgraph.ts';

export interface FederationOptions {
  supergraphSdl: string;
  /** Makes the connection to one subgraph. */
  reach: (name: string, url: string) => Subgraph;
  log: Log;
}

/**
 * Plans and runs operations over the subgraphs. The only file that knows @apollo/gateway (Elastic License 2.0), so that another engine could
 * take its place.
 */
export function federate({ supergraphSdl, reach, log }: FederationOptions): GatewayInterface {
  const gateway = new ApolloGateway({
    supergraphSdl,
    buildService: ({ name, url }) => reach(name, url ?? ''),
    __exposeQueryPlanExperimental: false,
    logger: {
      debug: () => {},
      info: (message: unknown) => log.debug(String(message)),
      warn: (message: unknown) => log.warn(String(message)),
      error: (message: unknown) => log.error(String(message)),
    },
  });
  return {
    async load(options) {
      const { schema, executor } = await gateway.load(options);
      if (!executor) throw new Error('The gateway loaded no executor.');
      return {
        schema,
        async executor(request) {
          const { extensions, ...result } = await executor(request);
          if (!extensions) return result;
          // A null where the schema allows none is told as a hint only; a client has to see it as an error. It comes of a thing that one service
          // names and its owner does not find for the caller.
          const { valueCompletion, ...others } = extensions as { valueCompletion?: GraphQLError[] };
          const errors = [
            ...(result.errors ?? []),
            ...(valueCompletion ?? []).map(({ path }) => new GraphQLError(FAULTS.NOT_FOUND, { path, extensions: { code: 'NOT_FOUND' } })),
          ];
          return { ...result, ...(errors.length > 0 && { errors }), ...(Object.keys(others).length > 0 && { extensions: others }) };
        },
      };
    },
    onSchemaLoadOrUpdate: (callback) => gateway.onSchemaLoadOrUpdate(callback),
    stop: () => gateway.stop(),
  };
}
