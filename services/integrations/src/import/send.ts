import { setTimeout as sleep } from 'node:timers/promises';
import { concurrently } from '../concurrent.ts';
import { Fault, type Graph, type UserError, userErrorText } from '../graph.ts';
import type { Refused, Row } from './read.ts';
import { type Adjusted, type Names, type Ticket, translateIncident } from './translate.ts';

const WIDTH = 8;
/** The maximum number of changes per import call. */
const MOST_CHANGES = 500;

export interface Sent {
  created: number;
  /** Already imported. */
  skipped: number;
  /** Incidents that cannot be imported, by the line of their first row. */
  refused: Refused[];
  /** Incidents whose import failed temporarily. */
  failed: Refused[];
  adjusted: Adjusted;
  /** The number of imported incidents. */
  there: Row[][];
}

export const emptyResult = (): Sent => ({
  created: 0,
  skipped: 0,
  refused: [],
  failed: [],
  adjusted: { beforeOpening: 0, afterClosed: 0, newAgain: 0 },
  there: [],
});

/** Imports the incidents and counts them in `sent`, which is correct at any time, also after an interruption. Each incident is imported once. */
export async function sendIncidents(
  graph: Graph,
  incidents: Iterable<Row[]>,
  names: Names,
  sent: Sent,
  onEach: () => void,
): Promise<void> {
  await concurrently(incidents, WIDTH, async (rows) => {
    await sendOne(graph, rows, names, sent);
    onEach();
  });
}

async function sendOne(graph: Graph, rows: Row[], names: Names, sent: Sent): Promise<void> {
  const { line } = rows[0]!;
  const ticket = translateIncident(rows, names, sent.adjusted);
  if (ticket.history.length > MOST_CHANGES) {
    sent.refused.push({
      line,
      reason: `${ticket.externalId} has ${ticket.history.length} changes, more than ${MOST_CHANGES}`,
    });
    return;
  }
  try {
    const { created, userErrors } = await importOne(graph, ticket);
    if (userErrors.length)
      sent.refused.push({
        line,
        reason: `${ticket.externalId} is refused: ${userErrorText(userErrors)}`,
      });
    else {
      sent[created ? 'created' : 'skipped'] += 1;
      sent.there.push(rows);
    }
  } catch (error) {
    // An internal error of one ticket does not stop the others. An unreachable or overloaded platform does.
    if (!(error instanceof Fault) || error.code !== 'INTERNAL') throw error;
    sent.failed.push({ line, reason: `${ticket.externalId}: ${error.message}` });
  }
}

interface Imported {
  created: boolean | null;
  userErrors: UserError[];
}

const FIRST_WAIT_MS = 100;
const TRIES = 6;

async function importOne(graph: Graph, ticket: Ticket): Promise<Imported> {
  for (let tried = 1; ; tried++) {
    const imported = await graph.change<{ created: boolean | null }>(
      'ticketImport',
      ticket,
      'created',
    );
    // The customer was created a moment ago; the tickets service has not consumed the event yet.
    const isEarly = imported.userErrors.some(
      ({ code, field }) => code === 'NOT_FOUND' && field?.includes('customerId'),
    );
    if (!isEarly || tried === TRIES) return imported;
    await sleep(FIRST_WAIT_MS * 2 ** tried);
  }
}
