import { fileURLToPath } from 'node:url';
import { processConfig, z } from '@deskgraph/common/core/config';

const commaSeparated = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []));

const urlsByName = z
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

/** The environment variables of the gateway. */
export const gatewayConfig = processConfig.extend({
  PORT: z.coerce.number().int().min(0).max(65_535).default(4000),
  OIDC_ISSUER: z.string().describe('Issuer of the accepted tokens.'),
  OIDC_AUDIENCE: z.string().default('deskgraph'),
  OIDC_JWKS: z.string().describe("The issuer's keys: an https URL, or the key set itself as JSON."),
  SUBGRAPH_URLS: urlsByName.describe('JSON {name: url}; overrides URLs of the supergraph.'),
  WHO_URLS: commaSeparated
    .pipe(z.array(z.url()))
    .prefault('http://127.0.0.1:4101/who,http://127.0.0.1:4102/who')
    .describe('Endpoints that look up the users of tokens, separated by commas.'),
  FILES_URL: z.url().default('http://127.0.0.1:4101').describe('The service that stores files.'),
  CORS_ORIGINS: commaSeparated.describe(
    'Origins of web pages that may read responses, separated by commas.',
  ),
  SUPERGRAPH: z
    .string()
    .default(fileURLToPath(new URL('../../schema/supergraph.graphql', import.meta.url)))
    .describe('Path of the supergraph schema.'),
  DEMO_TOKENS: z
    .string()
    .optional()
    .describe('File with the tokens of the demo users; read in development only.'),
});
