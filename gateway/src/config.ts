import { fileURLToPath } from 'node:url';
import { processConfig, z } from '@deskgraph/common/core/config';

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []));

const addresses = z
  .string()
  .default('{}')
  .transform((text, context) => {
    try {
      return JSON.parse(text) as unknown;
    } catch {
      context.addIssue({ code: 'custom', message: 'This is not JSON.' });
      return z.NEVER;
    }
  })
  .pipe(z.record(z.string(), z.url()));

/** What the gateway reads from the environment. */
export const gatewayConfig = processConfig.extend({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  OIDC_ISSUER: z.string().describe('Whose tokens are believed.'),
  OIDC_AUDIENCE: z.string().default('deskgraph'),
  OIDC_JWKS: z
    .string()
    .describe("The issuer's keys: an https address, or the key set itself as JSON."),
  SUBGRAPH_URLS: addresses.describe('JSON {name: url}; replaces addresses of the supergraph.'),
  WHO_URLS: list
    .pipe(z.array(z.url()))
    .prefault('http://127.0.0.1:4101/who,http://127.0.0.1:4102/who'),
  FILES_URL: z.url().default('http://127.0.0.1:4101').describe('The service that keeps the files.'),
  CORS_ORIGINS: list.describe('Origins of web pages that may call, separated by commas.'),
  SUPERGRAPH: z
    .string()
    .default(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url))),
  DEMO_TOKENS: z
    .string()
    .optional()
    .describe("File with the demo people's tokens; read in development only."),
});
