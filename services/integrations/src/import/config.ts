import { parseArgs } from 'node:util';
import { localPlatform } from '../local-platform.ts';

const USAGE = 'npm run import -- incidents <csv> [--url http://127.0.0.1:4000/graphql] [--token …]';
/** Longer than any import takes. */
const LIFETIME = '1 day';

export interface ImportConfig {
  file: string;
  url: string;
  token: string;
}

/** The file and the platform. Default: the local platform, unless `--url` and `--token` are given. */
export async function readImportConfig(args: string[]): Promise<ImportConfig> {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { url: { type: 'string' }, token: { type: 'string' } },
  });
  const [kind, given, ...more] = positionals;
  if (kind !== 'incidents' || !given || more.length) throw new Error(`Usage: ${USAGE}`);
  const { path, url, person, token } = localPlatform();
  return {
    file: path(given),
    url: values.url ?? url(),
    token: values.token ?? (await token(person('app'), LIFETIME)),
  };
}
