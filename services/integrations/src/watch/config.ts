import { parseArgs } from 'node:util';
import { localPlatform } from '../local-platform.ts';

const USAGE =
  'npm run watch -- --as ana [--after cursor] [--ids file] [--lifetime 15m] [--url http://127.0.0.1:4000/graphql] [--token …]';

export interface WatchConfig {
  url: string;
  /** A valid token. */
  token: () => Promise<string>;
  after: string | undefined;
  /** The file for the ids of printed events. */
  ids: string | undefined;
}

/** The caller and the platform. Default: the local platform, unless `--url` and `--token` are given. */
export function readWatchConfig(args: string[]): WatchConfig {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { as: text, after: text, ids: text, url: text, token: text, lifetime: text },
  });
  const { as, token, after, lifetime = '15m' } = values;
  if (!as === !token) throw new Error(`Usage: ${USAGE}`);
  const { path, url, person, token: sign } = localPlatform();
  const rest = { url: values.url ?? url(), after, ids: values.ids && path(values.ids) };
  if (token) return { ...rest, token: async () => token };
  const claims = person(as!);
  return { ...rest, token: () => sign(claims, lifetime) };
}
