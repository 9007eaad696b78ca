// Runs TypeScript with decorators from its source:
// node --conditions=source --import @deskgraph/common/source main.ts
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire, enableCompileCache, registerHooks } from 'node:module';
import { fileURLToPath } from 'node:url';

enableCompileCache();
const require = createRequire(import.meta.url);
const options = readFileSync(new URL('../.swcrc', import.meta.url), 'utf8');
const compilerVersion = require('@swc/core/package.json').version;
const cacheDirectory = fileURLToPath(new URL('../node_modules/.cache/source/', import.meta.url));

/**
 * The JavaScript of a TypeScript file, from a cache that is keyed by its content. A process that
 * finds all its files there does not load the compiler, which takes time and memory.
 */
function compileCached(filename) {
  const source = readFileSync(filename, 'utf8');
  const hash = createHash('sha256')
    .update(JSON.stringify([compilerVersion, options, filename, source]))
    .digest('hex');
  const cacheFile = `${cacheDirectory}${hash}.js`;
  try {
    return readFileSync(cacheFile, 'utf8');
  } catch {
    const code = compile(filename, source);
    writeCache(cacheFile, code);
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

/** Writes to a temporary file first, because other processes may read the cache at any time. */
function writeCache(cacheFile, code) {
  try {
    mkdirSync(cacheDirectory, { recursive: true });
    writeFileSync(`${cacheFile}.${process.pid}`, code);
    renameSync(`${cacheFile}.${process.pid}`, cacheFile);
  } catch {
    // The cache is not writable: the next process compiles the file again.
  }
}

registerHooks({
  load(url, context, next) {
    if (!url.startsWith('file:') || !url.endsWith('.ts') || url.includes('/node_modules/'))
      return next(url, context);
    return { format: 'module', shortCircuit: true, source: compileCached(fileURLToPath(url)) };
  },
});
