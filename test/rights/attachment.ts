import type { Desk } from '../fixtures/desk.ts';
import { type Caller, READERS, WRITERS } from './callers.ts';
import type { Rights } from './right.ts';

/** Uploads a file of the caller: a message takes only its author's uploads. */
export const freshFile = async (
  other: string,
  caller: Caller,
  n: number,
  desk: Desk,
): Promise<string> => (WRITERS.includes(caller) ? desk.upload(caller, `fresh ${n}`) : other);

export const attachment = {
  visibility: {
    file: {
      own: [...READERS, 'customer', 'partner', 'reader'],
      others: [...READERS, 'partner', 'reader'],
    },
    paper: { own: [...READERS, 'partner', 'reader'], others: [...READERS, 'partner', 'reader'] },
  },
  mutations: {
    attachmentUploadCreate: {
      allowed: WRITERS,
      input: (_, __, n) => ({
        name: `file ${n}.txt`,
        contentType: 'text/plain',
        size: n + 1,
      }),
    },
  },
} satisfies Rights;
