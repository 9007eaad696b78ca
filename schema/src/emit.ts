import { writeFileSync } from 'node:fs';
import { files } from './files.ts';

for (const [name, text] of Object.entries(await files())) {
  writeFileSync(new URL(`../${name}`, import.meta.url), text);
  console.log(`schema/${name}`);
}
