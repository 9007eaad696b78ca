// Runs TypeScript with decorators straight from its source: node --conditions=source --import @deskgraph/common/source main.ts
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache();
const require = createRequire(import.meta.url);
const options = readFileSync(new URL('../.swcrc', import.meta.url), 'utf8');
const compiler = require('@swc/core/package.json').version;
const kept = fileURLToPath(new URL('../node_modules/.cache/source/', import.meta.url));

/** What was made of a file once is kept, by its content: the compiler takes time and memory that a process which runs for long has better uses for. */
function compiled(filename) {
  const source = readFileSync(filename, 'utf8');
  const file = `${kept}${createHash('sha256')
    .update(JSON.stringify([compiler, options, filename, source]))
    .digest('hex')}.js`;
  try {
    return readFileSync(file, 'utf8');
  } catch {
    const code = compile(filename, source);
    keep(file, code);
    return code;
  }
}

const compile = (filename, source) =>
  require('@swc/core').transformSync(source, {
    ...JSON.parse(options),
    filename,
    swcrc: false,
    configFile: false,
    sourceMaps: 'inline',
  }).code;

/** Whoever reads it finds all of it or nothing; where nothing may be written, nothing is kept. */
function keep(file, code) {
  try {
    mkdirSync(kept, { recursive: true });
    writeFileSync(`${file}.${process.pid}`, code);
    renameSync(`${file}.${process.pid}`, file);
  } catch {
    // The next process compiles it again.
  }
}

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/'))
      return next(url, context);
    return { format: 'module', shortCircuit: true, source: compiled(fileURLToPath(url)) };
  },
});
