import { appendFileSync } from 'node:fs';
import { type Graph, openGraph } from '../graph.ts';
import type { WatchConfig } from './config.ts';
import { type Told, eventLine } from './line.ts';
import { createResumableClient, resumable } from './resumable.ts';

const WATCHED = `subscription ($after: Cursor) {
  ticketEvents(types: ["ticket.created", "ticket.status_changed"], after: $after) {
    resync { reason from query }
    event { id type at changes { field from to } ticket { number subject requester { name } } }
  }
}`;

interface Watch extends WatchConfig {
  signal: AbortSignal;
  /** Prints a line of the list, and a remark. */
  show: (line: string) => void;
  remark: (text: string) => void;
}

/** Prints new tickets and status changes until the signal. Returns the cursor for a later run. */
export async function watchTickets({
  url,
  token,
  after,
  ids,
  signal,
  show,
  remark,
}: Watch): Promise<string> {
  const graph = openGraph({ url, token: await token(), signal });
  let reached = after ?? (await begin(graph, remark));
  await graph.close();

  const client = createResumableClient(url.replace(/^http/, 'ws'), token);
  let isCut = false;
  client.on('closed', (event) => {
    if (!signal.aborted && !isCut) remark(`cut (${reasonOf(event)}), trying again`);
    isCut = true;
  });
  client.on('connected', () => {
    if (isCut) remark('back, going on where it was cut');
    isCut = false;
  });
  const stream = resumable(client, { query: WATCHED, after: reached }, ({ reason, from }) => {
    reached = from;
    if (reason === 'CURSOR_EXPIRED')
      remark('what came before is not kept any more, and is missing here');
  });
  signal.addEventListener('abort', () => void client.dispose(), { once: true });
  for await (const { data, errors, extensions } of stream) {
    const { event } = (data?.['ticketEvents'] ?? {}) as { event?: Told | null };
    if (event) show(eventLine(event));
    else remark(`a change can’t be shown: ${errors?.map(({ message }) => message).join(' ')}`);
    if (event && ids) appendFileSync(ids, `${event.id}\n`);
    reached = extensions?.cursor ?? reached;
    if (signal.aborted) break;
  }
  if (!signal.aborted) throw new Error('The server has ended the stream.');
  return reached;
}

async function begin(graph: Graph, remark: Watch['remark']): Promise<string> {
  const query = '{ eventCursor viewer { actor { name } workspace } }';
  const { eventCursor, viewer } = await graph.ask<{ eventCursor: string; viewer: Viewer }>(query);
  remark(`${viewer.actor?.name ?? 'An app'} watches ${viewer.workspace}; Ctrl-C ends it`);
  return eventCursor;
}
interface Viewer {
  actor: { name: string } | null;
  workspace: string;
}

const reasonOf = (event: unknown): string => {
  const { code, reason } = event as { code?: number; reason?: string };
  return reason || `code ${code}`;
};
