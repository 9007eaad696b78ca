import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { compose } from './compose.ts';
import { lint } from './lint.ts';

/** The services of the graph and their default addresses. */
export const SERVICES = {
  tickets: 4101,
  customers: 4102,
  'knowledge-base': 4103,
  analytics: 4104,
} as const;

/** The generated files of this package by name: the schema of each service, the supergraph, and the public API. */
export async function files(): Promise<Record<string, string>> {
  const subgraphs = await Promise.all(
    Object.entries(SERVICES).map(async ([name, port]) => ({
      name,
      url: `http://127.0.0.1:${port}/graphql`,
      sdl: await emit(name),
    })),
  );
  const faults = lint(subgraphs);
  if (faults.length) throw new Error(`The schema breaks its own rules:\n${faults.join('\n')}`);
  const { supergraph, api } = await compose(subgraphs);
  return {
    ...Object.fromEntries(subgraphs.map(({ name, sdl }) => [`${name}.graphql`, sdl])),
    'supergraph.graphql': supergraph,
    'api.graphql': api,
  };
}

/** Each service is emitted in its own process, because type-graphql keeps one metadata store per process. */
async function emit(name: string): Promise<string> {
  const { stdout } = await promisify(execFile)(
    process.execPath,
    [
      '--conditions=source',
      '--import',
      '@deskgraph/common/source',
      new URL('subgraph.ts', import.meta.url).pathname,
      name,
    ],
    { maxBuffer: 64 * 1024 * 1024, cwd: new URL('..', import.meta.url).pathname },
  );
  return stdout;
}
