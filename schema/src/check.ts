import { readFileSync } from 'node:fs';
import { files } from './files.ts';

/** Fails when a checked-in file differs from the generated one. */
const stale = Object.entries(await files()).filter(([name, text]) => {
  try {
    return readFileSync(new URL(`../${name}`, import.meta.url), 'utf8') !== text;
  } catch {
    return true;
  }
});
if (stale.length) {
  console.error(
    `Outdated: ${stale.map(([name]) => `schema/${name}`).join(', ')}. Run \`npm run schema\` and review the difference.`,
  );
  process.exit(1);
}
console.log('The checked-in schema is up to date.');
