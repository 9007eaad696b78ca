import { type Client as SubscriptionClient, createClient } from 'graphql-ws';
import WebSocket from 'ws';
import { type Actor, USER_SCOPES, Role, SCOPES } from '../auth/access.ts';
import { signActor } from '../auth/token.ts';
import { newId, newUuid } from '../core/id.ts';
import { recordingHeaders } from './statements.ts';

export { countStatements } from './statements.ts';

export const TEST_SECRET = 'a secret that only tests share, 32+';

export interface GraphqlResponse<Data = Record<string, never>> {
  data: Data | null;
  errors?: {
    message: string;
    path?: (string | number)[];
    extensions: { code: string } & Record<string, unknown>;
  }[];
}

/** A running subgraph as a test reaches it: over HTTP, and through its database. */
export interface TestClient {
  url: string;
  database: { url: string; ownerUrl: string };
  /** Sends a GraphQL request as the actor. */
  query<Data>(
    actor: Actor,
    query: string,
    variables?: object,
    headers?: Record<string, string>,
  ): Promise<GraphqlResponse<Data>>;
  stop(): Promise<void>;
}

export const queryAs =
  (url: string, { isShared = false } = {}): TestClient['query'] =>
  async (actor, query, variables = {}, headers = {}) => {
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${await signActor(actor, TEST_SECRET)}`,
        ...(isShared && recordingHeaders(url)),
        ...headers,
      },
      body: JSON.stringify({ query, variables }),
    });
    return (await response.json()) as never;
  };

/** The process of a service that all test files of a run share. Each file uses its own workspaces. */
export async function sharedService(name: string): Promise<TestClient> {
  const response = await fetch(`${process.env['TEST_SERVICES_URL']!}/${name}`);
  const text = await response.text();
  if (!response.ok) throw new Error(`The shared service ${name} did not start: ${text}`);
  const { url, database } = JSON.parse(text) as Pick<TestClient, 'url' | 'database'>;
  return { url, database, query: queryAs(url, { isShared: true }), stop: async () => {} };
}

export type {
  Client as SubscriptionClient,
  FormattedExecutionResult as SubscriptionResult,
} from 'graphql-ws';

/** A WebSocket client for the subscriptions of a subgraph. It does not reconnect. */
export const createSubscriptionClient = (
  url: string,
  authorization: () => Promise<string>,
): SubscriptionClient =>
  createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: async () => ({ authorization: await authorization() }),
  });

/** The data of a response; throws with the whole response when it has errors. */
export function dataOrThrow<Data>(response: GraphqlResponse<Data>): Data {
  if (response.errors || !response.data)
    throw new Error(`The response has errors: ${JSON.stringify(response, null, 2)}`);
  return response.data;
}

/** A user. A database row is needed only where the service looks the user up, not for rights. */
export const userActor = (
  role: Role,
  workspace: string,
  overrides: Partial<Actor> = {},
): Actor => ({
  kind: role === Role.REQUESTER ? 'customer' : 'agent',
  id: newId(role === Role.REQUESTER ? 'cus' : 'agt'),
  name: role.toLowerCase(),
  role,
  scopes: USER_SCOPES,
  workspace,
  departments: [],
  ...overrides,
});

export const appActor = (workspace: string, scopes: readonly string[] = SCOPES): Actor => ({
  kind: 'app',
  id: newId('app'),
  name: 'Partner',
  role: null,
  scopes,
  workspace,
  departments: [],
});

export const newWorkspace = newUuid;
