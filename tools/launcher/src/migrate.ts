// Brings the databases of all rooms up to date, one after the other. In one process: loading the ORM takes longer than the migrations do.
import { pathToFileURL } from 'node:url';
import { readMigrationTasks } from './config.ts';

for (const { service: room, script, url } of readMigrationTasks()) {
  process.env['DATABASE_OWNER_URL'] = url;
  await import(pathToFileURL(script).href);
  await new Promise<void>((told) => process.send!(room, () => told()));
}
