import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type Handler, answer } from '@deskgraph/common/http/serve';
import { SECURITY } from './headers.ts';

const require = createRequire(import.meta.url);
const own = (file: string): string =>
  fileURLToPath(new URL(`../../explorer/${file}`, import.meta.url));
const installed = (name: string, file: string): string =>
  join(dirname(require.resolve(`${name}/package.json`)), file);

const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";

const show =
  (type: string, file: () => string): Handler =>
  async (_, response) => {
    const content = await readFile(file());
    response.writeHead(200, {
      ...SECURITY,
      'content-type': `${type}; charset=utf-8`,
      'content-length': content.length,
      'content-security-policy': CSP,
    });
    response.end(content);
  };

const LOCAL = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** The demo people's tokens, read when asked for: the launcher writes them after the gateway has started. */
const people =
  (file: string | undefined): Handler =>
  async (request, response) => {
    // A foreign page could reach us under its own name by rebinding it to this machine.
    if (!LOCAL.test(request.headers.host ?? ''))
      return answer(response, 403, { error: 'Only from this machine.' });
    const text =
      file === undefined ? undefined : await readFile(file, 'utf8').catch(() => undefined);
    const { tokens = {} } =
      text === undefined ? {} : (JSON.parse(text) as { tokens?: Record<string, string> });
    answer(response, 200, { tokens });
  };

/** Routes of GraphiQL with the demo people one click away, out of installed files alone. For development. */
export const explorer = (demoTokens: string | undefined): Record<string, Handler> => ({
  'GET /': show('text/html', () => own('page.html')),
  'GET /explorer/people': people(demoTokens),
  'GET /explorer/start.js': show('text/javascript', () => own('start.js')),
  'GET /explorer/style.css': show('text/css', () => own('style.css')),
  'GET /explorer/react.js': show('text/javascript', () =>
    installed('react', 'umd/react.production.min.js'),
  ),
  'GET /explorer/react-dom.js': show('text/javascript', () =>
    installed('react-dom', 'umd/react-dom.production.min.js'),
  ),
  'GET /explorer/graphiql.js': show('text/javascript', () =>
    installed('graphiql', 'graphiql.min.js'),
  ),
  'GET /explorer/graphiql.css': show('text/css', () => installed('graphiql', 'graphiql.min.css')),
});
