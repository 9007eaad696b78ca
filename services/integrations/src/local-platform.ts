import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { readConfig, z } from '@deskgraph/common/core/config';
import { ROOT } from '@deskgraph/launcher/config';
import { type TokenClaims, readDemoClaims, findDemoClaims } from '@deskgraph/launcher/demo';
import { openIssuer } from '@deskgraph/launcher/issuer';

const environment = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((path) => resolve(ROOT, path))
    .describe('The data directory of the running platform.'),
  INIT_CWD: z
    .string()
    .default('.')
    .describe('The working directory of the caller; npm changes to the project folder.'),
});

const desk = z.object({ url: z.url() });

/** The local platform, as programs on this machine find it. */
export interface Here {
  /** Resolves a path relative to the caller's working directory. */
  path: (given: string) => string;
  /** The URL of the local platform. */
  url: () => string;
  /** Finds a demo user by token name, e-mail address or first name. */
  person: (as: string) => TokenClaims;
  token: (claims: TokenClaims, lifetime: string) => Promise<string>;
}

export function localPlatform(): Here {
  const { DATA_DIR, INIT_CWD } = readConfig(environment);
  const file = (name: string): string => resolve(DATA_DIR, name);
  const demo = readDemoClaims(file('demo.json'));
  return {
    path: (given) => resolve(INIT_CWD, given),
    url: () => {
      if (!existsSync(file('desk.json')))
        throw new Error(
          `No platform is running with the data directory ${DATA_DIR}. Run: npm start`,
        );
      return desk.parse(JSON.parse(readFileSync(file('desk.json'), 'utf8'))).url;
    },
    person: (as) => {
      const claims = findDemoClaims(demo, as);
      if (!claims)
        throw new Error(`There is no demo user ${as}. Available: ${Object.keys(demo).join(', ')}.`);
      return claims;
    },
    token: async (claims, lifetime) =>
      (await openIssuer(file('issuer.json'))).issueToken(claims, lifetime),
  };
}
