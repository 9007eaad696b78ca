import { LEADS, SIGNED_IN, STAFF } from './callers.ts';
import type { Rights } from './right.ts';

export const workspace = {
  queries: {
    viewer: { may: SIGNED_IN, ways: {} },
    settings: { may: [...STAFF, 'partner'], ways: {} },
  },
  mutations: {
    settingsUpdate: { may: ['admin', 'partner'], input: () => ({ onHoldEnabled: true }) },
    senderBlock: {
      may: [...LEADS, 'partner'],
      input: (_, __, n) => ({ address: `noise${n}@blocked.example` }),
    },
  },
} satisfies Rights;
