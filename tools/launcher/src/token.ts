// npm run token -- --as <email, or name of a demo token> [--workspace wsp_…]: prints a token of the development issuer.
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

const as = values.as ?? fail('Whose token? npm run token -- --as <email> [--workspace wsp_…]');
if (!existsSync(issuerFile)) fail(`There is no issuer in ${DATA_DIR} yet; npm start makes it.`);
const demo = readDemoClaims(join(DATA_DIR, 'demo.json'));
const known =
  findDemoClaims(demo, as) ??
  (as.includes('@')
    ? undefined
    : fail(`Nobody in the demo is called ${as}: ${Object.keys(demo).join(', ')}.`));
const workspace =
  values.workspace ??
  known?.workspace ??
  Object.values(demo)[0]?.workspace ??
  fail('In which workspace? --workspace wsp_…');
const issuer = await openIssuer(issuerFile);
console.log(
  await issuer.issueToken({ ...(known ?? { sub: as, email: as }), workspace }, DEMO_TOKEN_LIFETIME),
);
