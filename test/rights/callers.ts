import type { Who } from '../fixtures/desk.ts';

// Who may do what stands in this folder, the one place to read, and to change, what the graph allows: a root field that is not here fails the tests.

/** One of each kind of caller; `clerk` is an app that may only read customers, `reader` one that may only read tickets. */
export const CALLERS = [
  'nobody',
  'customer',
  'light',
  'agent',
  'lead',
  'admin',
  'analyst',
  'partner',
  'reader',
  'clerk',
] as const satisfies Who[];
export type Caller = (typeof CALLERS)[number];

export const LEADS: readonly Caller[] = ['lead', 'admin'];
export const AGENTS: readonly Caller[] = ['agent', ...LEADS];
export const STAFF: readonly Caller[] = ['light', ...AGENTS];
export const READERS: readonly Caller[] = [...STAFF, 'analyst'];
export const SIGNED_IN: readonly Caller[] = CALLERS.filter((caller) => caller !== 'nobody');

/** Who writes messages. */
export const WRITERS: readonly Caller[] = ['customer', ...STAFF, 'partner'];
/** Who has views. */
export const VIEWERS: readonly Caller[] = [...STAFF, 'partner'];
