import { parseArgs } from 'node:util';
import { here } from '../local-platform.ts';

const USAGE =
  'npm run watch -- --as ana [--after cursor] [--ids file] [--lifetime 15m] [--url http://127.0.0.1:4000/graphql] [--token …]';

export interface WatchConfig {
  url: string;
  /** A token that is good now. */
  token: () => Promise<string>;
  after: string | undefined;
  /** Where the ids of what was shown go. */
  ids: string | undefined;
}

/** Who watches which desk; without `--url` and `--token` the one that runs on this machine. */
export function readWatchConfig(args: string[]): WatchConfig {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args,
    options: { as: text, after: text, ids: text, url: text, token: text, lifetime: text },
  });
  const { as, token, after, lifetime = '15m' } = values;
  if (!as === !token) throw new Error(`Who watches? ${USAGE}`);
  const { path, url, person, token: sign } = here();
  const rest = { url: values.url ?? url(), after, ids: values.ids && path(values.ids) };
  if (token) return { ...rest, token: async () => token };
  const claims = person(as!);
  return { ...rest, token: () => sign(claims, lifetime) };
}
