// Migrates the databases of all services, one after the other. They share one process, since
// loading the ORM takes longer than the migrations.
import { pathToFileURL } from 'node:url';
import { UnsupportedDatabase } from '@deskgraph/common/database/database';
import { readMigrationTasks } from './config.ts';

try {
  for (const { service, script, url } of readMigrationTasks()) {
    process.env['DATABASE_OWNER_URL'] = url;
    await import(pathToFileURL(script).href);
    await new Promise<void>((sent) => process.send!(service, () => sent()));
  }
} catch (error) {
  if (!(error instanceof UnsupportedDatabase)) throw error;
  console.error(error.message);
  process.exit(1);
}
