import { existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { readConfig, z } from '@deskgraph/common/config';
import { ROOT } from '@deskgraph/common/launch/config';

const USAGE = 'npm run import -- incidents <csv> [--url http://127.0.0.1:4000/graphql] [--token …]';

const environment = z.object({
  DATA_DIR: z
    .string()
    .default('.data')
    .transform((path) => resolve(ROOT, path))
    .describe('Where a running platform has left desk.json, with its address and tokens.'),
  INIT_CWD: z.string().default('.').describe('Where the person stands; npm itself goes to the project’s folder.'),
});

const desk = z.object({ url: z.url(), tokens: z.object({ app: z.string() }) });

export interface ImportConfig {
  file: string;
  url: string;
  token: string;
}

/** What is to be imported, and to which desk; without `--url` and `--token` to the one that runs on this machine. */
export function readImportConfig(args: string[]): ImportConfig {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' } },
  });
  const [kind, path, ...more] = positionals;
  if (kind !== 'incidents' || !path || more.length) throw new Error(`Usage: ${USAGE}`);
  const { DATA_DIR, INIT_CWD } = readConfig(environment);
  const file = resolve(INIT_CWD, path);
  if (values.url && values.token) return { file, url: values.url, token: values.token };
  const deskFile = resolve(DATA_DIR, 'desk.json');
  if (!existsSync(deskFile))
    throw new Error(`No platform runs with its data in ${DATA_DIR}. Start one (npm start), or give --url and --token.`);
  const { url, tokens } = desk.parse(JSON.parse(readFileSync(deskFile, 'utf8')));
  return { file, url: values.url ?? url, token: values.token ?? tokens.app };
}
