import { readFileSync } from 'node:fs';
import { readConfig } from '@deskgraph/common/core/config';
import { createLog } from '@deskgraph/common/core/log';
import { stopOnSignal } from '@deskgraph/common/http/serve';
import { createProviderVerifier } from '@deskgraph/common/auth/token';
import { gatewayConfig } from './config.ts';
import { explorerRoutes } from './http/explorer.ts';
import { startGateway } from './gateway.ts';

const config = readConfig(gatewayConfig);
const log = createLog('gateway', config.LOG_LEVEL);
const gateway = await startGateway({
  supergraphSdl: readFileSync(config.SUPERGRAPH, 'utf8'),
  authentication: {
    verifyToken: createProviderVerifier(config.OIDC_ISSUER, config.OIDC_AUDIENCE, config.OIDC_JWKS),
    lookupUrls: config.WHO_URLS,
    secret: config.INTERNAL_SECRET,
  },
  subgraphUrls: config.SUBGRAPH_URLS,
  filesUrl: config.FILES_URL,
  origins: config.CORS_ORIGINS,
  host: config.HOST,
  port: config.PORT,
  log,
  routes: config.NODE_ENV === 'development' ? explorerRoutes(config.DEMO_TOKENS) : {},
});
stopOnSignal(log, gateway.stop);
log.info({ url: gateway.url }, 'listening');
