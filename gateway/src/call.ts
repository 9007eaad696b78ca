import type { GraphQLError } from 'graphql';
import type { Caller } from './identity.ts';

/** Why a call was given up. */
export class Late extends Error {
  override name = 'Late';
}
export class Gone extends Error {
  override name = 'Gone';
}

/** One request of a client on its way through the gateway: the context of Apollo Server. */
export interface Call {
  requestId: string;
  caller: Caller | undefined;
  /** Why nobody stands behind the call although a token was shown. */
  refusal: GraphQLError | undefined;
  /** Headers of every request to a subgraph, made once. */
  headers: string[];
  /** Aborts when the call's time is over or the client has gone. */
  patience: AbortController;
  /** Gives a change the longer time: what has begun to be written is not abandoned after a second. */
  extend: () => void;
  /** Objects that the query asks for at most; set when it was counted. */
  cost: number | undefined;
  /** Does the client read `application/graphql-response+json`, and so HTTP status codes? */
  readsStatus: boolean;
}
