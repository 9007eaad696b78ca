import type { Desk } from '../fixtures/desk.ts';
import { type Caller, READERS, WRITERS } from './callers.ts';
import type { Rights } from './right.ts';

/** Everybody sends what he has uploaded himself. */
export const freshFile = async (
  other: string,
  caller: Caller,
  n: number,
  desk: Desk,
): Promise<string> => (WRITERS.includes(caller) ? desk.upload(caller, `fresh ${n}`) : other);

export const attachment = {
  exists: {
    file: {
      own: [...READERS, 'customer', 'partner', 'reader'],
      others: [...READERS, 'partner', 'reader'],
    },
    paper: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  mutations: {
    attachmentUploadCreate: {
      may: WRITERS,
      input: (_, __, n) => ({ name: `file ${n}.txt`, contentType: 'text/plain', size: n + 1 }),
    },
  },
} satisfies Rights;
