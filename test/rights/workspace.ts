import { LEADS, SIGNED_IN, STAFF } from './callers.ts';
import type { Rights } from './right.ts';

export const workspace = {
  queries: {
    viewer: { allowed: SIGNED_IN, lookups: {} },
    settings: { allowed: [...STAFF, 'partner'], lookups: {} },
  },
  mutations: {
    settingsUpdate: { allowed: ['admin', 'partner'], input: () => ({ onHoldEnabled: true }) },
    senderBlock: {
      allowed: [...LEADS, 'partner'],
      input: (_, __, n) => ({ address: `noise${n}@blocked.example` }),
    },
  },
} satisfies Rights;
