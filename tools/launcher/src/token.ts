// npm run token -- --as <email, token name or first name> [--workspace wsp_…]
// Prints a token of the development issuer.
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { readLaunchConfig } from './config.ts';
import { DEMO_TOKEN_LIFETIME, readDemoClaims, findDemoClaims } from './demo.ts';
import { openIssuer } from './issuer.ts';

const { values } = parseArgs({
  options: { as: { type: 'string' }, workspace: { type: 'string' } },
});
const { DATA_DIR } = readLaunchConfig();
const issuerFile = join(DATA_DIR, 'issuer.json');

const fail = (message: string): never => {
  console.error(message);
  process.exit(1);
};

const as = values.as ?? fail('Usage: npm run token -- --as <email or name> [--workspace wsp_…]');
if (!existsSync(issuerFile)) fail(`No issuer in ${DATA_DIR} yet. Run npm start first.`);
const demo = readDemoClaims(join(DATA_DIR, 'demo.json'));
const claims =
  findDemoClaims(demo, as) ??
  (as.includes('@')
    ? undefined
    : fail(`No demo user "${as}". Known names: ${Object.keys(demo).join(', ')}.`));
const workspace =
  values.workspace ??
  claims?.workspace ??
  Object.values(demo)[0]?.workspace ??
  fail('No demo workspace exists. Add --workspace wsp_…');
const issuer = await openIssuer(issuerFile);
console.log(
  await issuer.issueToken(
    { ...(claims ?? { sub: as, email: as }), workspace },
    DEMO_TOKEN_LIFETIME,
  ),
);
