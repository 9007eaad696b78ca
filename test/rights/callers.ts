import type { Persona } from '../fixtures/desk.ts';

// This folder lists the permissions of the whole graph. A root field without an entry fails the
// tests.

/**
 * One caller of each kind. `clerk` is an app that may only read customers, `reader` one that may
 * only read tickets.
 */
export const CALLERS = [
  'anonymous',
  'customer',
  'light',
  'agent',
  'lead',
  'admin',
  'analyst',
  'partner',
  'reader',
  'clerk',
] as const satisfies Persona[];
export type Caller = (typeof CALLERS)[number];

export const LEADS: readonly Caller[] = ['lead', 'admin'];
export const AGENTS: readonly Caller[] = ['agent', ...LEADS];
export const STAFF: readonly Caller[] = ['light', ...AGENTS];
export const READERS: readonly Caller[] = [...STAFF, 'analyst'];
export const SIGNED_IN: readonly Caller[] = CALLERS.filter((caller) => caller !== 'anonymous');

/** Callers who may write messages. */
export const WRITERS: readonly Caller[] = ['customer', ...STAFF, 'partner'];
/** Callers who may have views. */
export const VIEWERS: readonly Caller[] = [...STAFF, 'partner'];
