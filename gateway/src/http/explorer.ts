import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type HttpHandler, sendJson } from '@deskgraph/common/http/serve';
import { SECURITY_HEADERS } from './headers.ts';

const require = createRequire(import.meta.url);
const explorerFile = (file: string): string =>
  fileURLToPath(new URL(`../../explorer/${file}`, import.meta.url));
const packageFile = (packageName: string, file: string): string =>
  join(dirname(require.resolve(`${packageName}/package.json`)), file);

const CONTENT_SECURITY_POLICY =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; font-src 'self' data:; frame-ancestors 'none'";

/** The path is resolved per request, so that a missing package fails its route only. */
const serveFile =
  (type: string, path: () => string): HttpHandler =>
  async (_, response) => {
    const content = await readFile(path());
    response.writeHead(200, {
      ...SECURITY_HEADERS,
      'content-type': `${type}; charset=utf-8`,
      'content-length': content.length,
      'content-security-policy': CONTENT_SECURITY_POLICY,
    });
    response.end(content);
  };

const LOCAL_HOST_PATTERN = /^(localhost|127\.0\.0\.1|\[::1\])(:\d+)?$/;

/** The tokens of the demo users. The launcher writes their file after the gateway has started. */
const serveDemoTokens =
  (path: string | undefined): HttpHandler =>
  async (request, response) => {
    // DNS rebinding: a page of another site can point its own host name to this machine.
    if (!LOCAL_HOST_PATTERN.test(request.headers.host ?? ''))
      return sendJson(response, 403, { error: 'Available from localhost only.' });
    const text =
      path === undefined ? undefined : await readFile(path, 'utf8').catch(() => undefined);
    const { tokens = {} } =
      text === undefined ? {} : (JSON.parse(text) as { tokens?: Record<string, string> });
    sendJson(response, 200, { tokens });
  };

/**
 * Routes of GraphiQL with a button for each demo user, served from installed packages without any
 * CDN. For development only.
 */
export const explorerRoutes = (
  demoTokensPath: string | undefined,
): Record<string, HttpHandler> => ({
  'GET /': serveFile('text/html', () => explorerFile('page.html')),
  'GET /explorer/tokens': serveDemoTokens(demoTokensPath),
  'GET /explorer/start.js': serveFile('text/javascript', () => explorerFile('start.js')),
  'GET /explorer/style.css': serveFile('text/css', () => explorerFile('style.css')),
  'GET /explorer/react.js': serveFile('text/javascript', () =>
    packageFile('react', 'umd/react.production.min.js'),
  ),
  'GET /explorer/react-dom.js': serveFile('text/javascript', () =>
    packageFile('react-dom', 'umd/react-dom.production.min.js'),
  ),
  'GET /explorer/graphiql.js': serveFile('text/javascript', () =>
    packageFile('graphiql', 'graphiql.min.js'),
  ),
  'GET /explorer/graphiql.css': serveFile('text/css', () =>
    packageFile('graphiql', 'graphiql.min.css'),
  ),
});
