import 'reflect-metadata';
import { createLog } from '@deskgraph/common/core/log';
import { rebuildConfig } from './config.ts';
import { rebuildProjection } from './ticket/rebuild.ts';

const config = rebuildConfig();
const log = createLog('analytics rebuild', config.LOG_LEVEL);
await rebuildProjection({
  ownerUrl: config.DATABASE_OWNER_URL,
  url: config.DATABASE_URL,
  ticketsUrl: config.TICKETS_URL,
  secret: config.INTERNAL_SECRET,
  log,
});
log.info('the projection is rebuilt');
