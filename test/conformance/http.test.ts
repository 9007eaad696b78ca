import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { newId } from '@deskgraph/common/core/id';
import { createLog } from '@deskgraph/common/core/log';
import { type Gateway, startGateway } from '@deskgraph/gateway/gateway';

// The audit of the GraphQL over HTTP specification by graphql-http. It runs as an authenticated
// caller, because others may not introspect.
let gateway: Gateway;

beforeAll(async () => {
  const app = {
    sub: 'app_audit',
    scope: 'tickets:read',
    workspace: newId('wsp'),
    exp: Date.now() / 1000 + 3600,
  };
  gateway = await startGateway({
    supergraphSdl: readFileSync(
      new URL('../../schema/supergraph.graphql', import.meta.url),
      'utf8',
    ),
    authentication: {
      verifyToken: async () => app,
      lookupUrls: [],
      secret: 'a secret that only this test knows, 32+',
    },
    log: createLog('audit', 'silent'),
  });
});
afterAll(() => gateway.stop());

const audits = serverAudits({
  url: () => gateway.url,
  fetchFn: (url: string, init: RequestInit = {}) => {
    const headers = new Headers(init.headers);
    headers.set('authorization', 'Bearer audit');
    return fetch(url, { ...init, headers });
  },
});

test('the audit has its 61 checks', () => {
  expect(audits).toHaveLength(61);
});

test.each(audits)('$id $name', async (audit) => {
  const result = await audit.fn();
  expect(result).toMatchObject({ status: 'ok' });
});
