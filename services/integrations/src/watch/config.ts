import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, z } from '@deskgraph/common/config';
import { ROOT } from '@deskgraph/common/launch/config';
import { readDemo, whoIs } from '@deskgraph/common/launch/demo';
import { openIssuer } from '@deskgraph/common/launch/issuer';

const USAGE = 'npm run watch -- --as ana [--after cursor] [--ids file] [--lifetime 15m] [--url http://127.0.0.1:4000/graphql] [--token …]';

const environment = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((path) => resolve(ROOT, path))
    .describe('Where a running platform has left its address, its people and its issuer.'),
  INIT_CWD: z.string().default('.').describe('Where the person stands; npm itself goes to the project’s folder.'),
});

const desk = z.object({ url: z.url() });

export interface WatchConfig {
  url: string;
  /** A token that is good now. */
  token: () => Promise<string>;
  after: string | undefined;
  /** Where the ids of what was shown go. */
  ids: string | undefined;
}

/** Who watches which desk; without `--url` and `--token` the one that runs on this machine. */
export async function readWatchConfig(args: string[]): Promise<WatchConfig> {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({ args, options: { as: text, after: text, ids: text, url: text, token: text, lifetime: text } });
  const { DATA_DIR, INIT_CWD } = readConfig(environment);
  const rest = { after: values.after, ids: values.ids && resolve(INIT_CWD, values.ids) };
  const { as, token } = values;
  if (!as === !token) throw new Error(`Who watches? ${USAGE}`);
  const deskFile = resolve(DATA_DIR, 'desk.json');
  if (!values.url && !existsSync(deskFile)) throw new Error(`No platform runs with its data in ${DATA_DIR}. Start one: npm start`);
  const url = values.url ?? desk.parse(JSON.parse(readFileSync(deskFile, 'utf8'))).url;
  if (token) return { url, token: async () => token, ...rest };
  const demo = readDemo(resolve(DATA_DIR, 'demo.json'));
  const claims = whoIs(demo, as!);
  if (!claims) throw new Error(`Nobody in the demo is called ${as}: ${Object.keys(demo).join(', ')}.`);
  const issuer = await openIssuer(resolve(DATA_DIR, 'issuer.json'));
  return { url, token: () => issuer.issueToken(claims, values.lifetime ?? '15m'), ...rest };
}
