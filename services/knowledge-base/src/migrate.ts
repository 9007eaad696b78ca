import 'reflect-metadata';
import { migrate } from '@deskgraph/common/database/database';
import { createLog } from '@deskgraph/common/core/log';
import { migrations } from '../migrations/all.ts';
import { ownerUrl } from './config.ts';

await migrate(ownerUrl(), migrations, createLog('knowledge-base migrations'));
