import { setTimeout as sleep } from 'node:timers/promises';
import { concurrently } from '../concurrent.ts';
import { Fault, type Graph, type UserError, told } from '../graph.ts';
import type { Refused, Row } from './read.ts';
import { type Adjusted, type Names, type Ticket, translate } from './translate.ts';

const WIDTH = 8;
/** Changes that the desk takes with one ticket. */
const MOST_CHANGES = 500;

export interface Sent {
  created: number;
  /** Imported before. */
  skipped: number;
  /** By the line of the incident's first row; it can't become a ticket. */
  refused: Refused[];
  /** Could become one, but did not now. */
  failed: Refused[];
  adjusted: Adjusted;
  /** Incidents that are tickets now. */
  there: Row[][];
}

export const nothingSent = (): Sent => ({
  created: 0,
  skipped: 0,
  refused: [],
  failed: [],
  adjusted: { beforeOpening: 0, afterClosed: 0, newAgain: 0 },
  there: [],
});

/** Imports the incidents into `sent`, which is right at any time, also when this is broken off. The desk takes each over once. */
export async function send(
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
  const ticket = translate(rows, names, sent.adjusted);
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
      sent.refused.push({ line, reason: `${ticket.externalId} is refused: ${told(userErrors)}` });
    else {
      sent[created ? 'created' : 'skipped'] += 1;
      sent.there.push(rows);
    }
  } catch (error) {
    // One ticket that the desk stumbles over holds up no other; a desk that is away, or has no place for us, does.
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
    // The customer was made a moment ago; the tickets have not heard of him yet.
    const isEarly = imported.userErrors.some(
      ({ code, field }) => code === 'NOT_FOUND' && field?.includes('customerId'),
    );
    if (!isEarly || tried === TRIES) return imported;
    await sleep(FIRST_WAIT_MS * 2 ** tried);
  }
}
