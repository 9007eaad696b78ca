import { First } from './20261121T2345-first.ts';
import { Partitions } from './20261122T0230-partitions.ts';

export const migrations = { '20261121T2345-first': First, '20261122T0230-partitions': Partitions };
