import { First } from './20261121T2345-first.ts';

export const migrations = { '20261121T2345-first': First };
