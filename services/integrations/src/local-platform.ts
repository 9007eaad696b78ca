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
    .describe('Where a running platform has left its address, its people and its issuer.'),
  INIT_CWD: z
    .string()
    .default('.')
    .describe('Where the person stands; npm itself goes to the project’s folder.'),
});

const desk = z.object({ url: z.url() });

/** What a person finds who starts a program on this machine. */
export interface Here {
  /** A path as that person means it. */
  path: (given: string) => string;
  /** The address of the platform that runs here. */
  url: () => string;
  /** Whom a name means: of a token, a mail address, a first name. */
  person: (as: string) => TokenClaims;
  token: (claims: TokenClaims, lifetime: string) => Promise<string>;
}

export function here(): Here {
  const { DATA_DIR, INIT_CWD } = readConfig(environment);
  const file = (name: string): string => resolve(DATA_DIR, name);
  const demo = readDemoClaims(file('demo.json'));
  return {
    path: (given) => resolve(INIT_CWD, given),
    url: () => {
      if (!existsSync(file('desk.json')))
        throw new Error(`No platform runs with its data in ${DATA_DIR}. Start one: npm start`);
      return desk.parse(JSON.parse(readFileSync(file('desk.json'), 'utf8'))).url;
    },
    person: (as) => {
      const claims = findDemoClaims(demo, as);
      if (!claims)
        throw new Error(`Nobody in the demo is called ${as}: ${Object.keys(demo).join(', ')}.`);
      return claims;
    },
    token: async (claims, lifetime) =>
      (await openIssuer(file('issuer.json'))).issueToken(claims, lifetime),
  };
}
