import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import { lockTickets } from '../../model/lookup/lock.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { INVERSE_LINK_KIND, TicketLinkKind } from '../../model/ticket/link.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type {
  TicketLinkInput,
  TicketLinkPayload,
  TicketUnlinkInput,
  TicketUnlinkPayload,
} from './input.ts';

const { PARENT, CHILD, PROBLEM, INCIDENT } = TicketLinkKind;
/** Per problem. */
export const MAX_INCIDENTS = 1_000;
/** Per ticket, without the incidents of a problem. */
export const MAX_LINKS = 100;

/** One direction of a link; each link is stored in both directions. */
export interface Link {
  ticketId: string;
  kind: TicketLinkKind;
  otherId: string;
}

/** Links two tickets. An existing link stays as it is. */
export async function linkTickets(
  ctx: Context,
  { id, otherId, kind }: TicketLinkInput,
): Promise<TicketLinkPayload> {
  await lockLinks(ctx);
  const [ticket, other] = await lockPair(ctx, id, otherId);
  if (ticket === other) throw new Refusal('CIRCLE', 'otherId');
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'id');
  if (other.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'otherId');
  const links = await findLinks(ctx, [id, otherId]);
  if (links.some((link) => link.ticketId === id && link.kind === kind && link.otherId === otherId))
    return { ticket, userErrors: [] };
  refuseTooManyLinks(links, id, kind, 'id');
  refuseTooManyLinks(links, otherId, INVERSE_LINK_KIND[kind], 'otherId');
  if (kind === PARENT) await refuseInvalidParent(ctx, links, { parent: other, child: ticket });
  if (kind === CHILD) await refuseInvalidParent(ctx, links, { parent: ticket, child: other });
  if (kind === PROBLEM) {
    refuseInvalidProblem(links, { problemId: otherId, incidentId: id });
    ticket.problemId = otherId;
  }
  if (kind === INCIDENT) {
    refuseInvalidProblem(links, { problemId: id, incidentId: otherId });
    other.problemId = id;
  }
  const now = new Date();
  await execute(
    ctx,
    sql`
      insert into ticket_link (workspace_id, ticket_id, kind, other_id, created_at)
      select ${ctx.workspace}::uuid, ticket, kind, other, ${now} from unnest(
        ${ids('tkt', [id, otherId])}, ${[kind, INVERSE_LINK_KIND[kind]]}::text[],
        ${ids('tkt', [otherId, id])}) as l(ticket, kind, other)`,
  );
  const details = { occurredAt: now, internal: true };
  await appendEvents(ctx, [
    ticketEvent('ticket.linked', ticket, {
      ...details,
      changes: { links: [null, { kind, ticketId: otherId }] },
    }),
    ticketEvent('ticket.linked', other, {
      ...details,
      changes: { links: [null, { kind: INVERSE_LINK_KIND[kind], ticketId: id }] },
    }),
  ]);
  return { ticket, userErrors: [] };
}

/** Removes a link between two tickets. */
export async function unlinkTickets(
  ctx: Context,
  { id, otherId, kind }: TicketUnlinkInput,
): Promise<TicketUnlinkPayload> {
  const [ticket, other] = await lockPair(ctx, id, otherId);
  const removed = await execute(
    ctx,
    sql`
      delete from ticket_link l using unnest(
        ${ids('tkt', [id, otherId])}, ${[kind, INVERSE_LINK_KIND[kind]]}::text[],
        ${ids('tkt', [otherId, id])}) as removed(ticket, kind, other)
      where l.ticket_id = removed.ticket and l.kind = removed.kind and l.other_id = removed.other
      returning l.kind`,
  );
  if (!removed.length) throw new Refusal('NOT_FOUND', 'otherId');
  if (kind === PROBLEM) ticket.problemId = null;
  if (kind === INCIDENT) other.problemId = null;
  await appendEvents(ctx, [
    ticketEvent('ticket.unlinked', ticket, {
      changes: { links: [{ kind, ticketId: otherId }, null] },
      internal: true,
    }),
    ticketEvent('ticket.unlinked', other, {
      changes: { links: [{ kind: INVERSE_LINK_KIND[kind], ticketId: id }, null] },
      internal: true,
    }),
  ]);
  return { ticket, userErrors: [] };
}

const lockPair = async (ctx: Context, id: string, otherId: string): Promise<[Ticket, Ticket]> =>
  (await lockTickets(ctx, [
    { id, field: 'id' },
    { id: otherId, field: 'otherId' },
  ])) as [Ticket, Ticket];

/** Lets one transaction of the workspace at a time add links, so that no cycle can arise. */
export const lockLinks = (ctx: Context): Promise<unknown> =>
  execute(
    ctx,
    sql`select pg_advisory_xact_lock(hashtextextended(${`links of ${ctx.workspace}`}, 0))`,
  );

export async function findLinks(ctx: Context, ticketIds: readonly string[]): Promise<Link[]> {
  const links = await execute(
    ctx,
    sql<{ ticket_id: string; kind: TicketLinkKind; other_id: string }>`
      select ticket_id, kind, other_id from ticket_link
      where ticket_id = any(${ids('tkt', ticketIds)})`,
  );
  return links.map(({ ticket_id: ticketId, kind, other_id: otherId }) => ({
    ticketId: toId('tkt', ticketId),
    kind,
    otherId: toId('tkt', otherId),
  }));
}

const hasLink = (links: readonly Link[], id: string, kind: TicketLinkKind): boolean =>
  links.some((link) => link.ticketId === id && link.kind === kind);

function refuseTooManyLinks(
  links: readonly Link[],
  id: string,
  kind: TicketLinkKind,
  field: string,
): void {
  const isIncident = kind === INCIDENT;
  const counted = links.filter(
    (link) => link.ticketId === id && (link.kind === INCIDENT) === isIncident,
  );
  if (counted.length >= (isIncident ? MAX_INCIDENTS : MAX_LINKS))
    throw new Refusal('LIMIT_REACHED', field);
}

/**
 * A ticket has at most one parent, which is not its descendant; a solved parent has no open child.
 */
async function refuseInvalidParent(
  ctx: Context,
  links: readonly Link[],
  { parent, child }: { parent: Ticket; child: Ticket },
): Promise<void> {
  if (hasLink(links, child.id, PARENT)) throw new Refusal('TAKEN', 'otherId');
  const ancestors = await execute(
    ctx,
    sql`
      with recursive ancestor(id) as (
        select ${uuidOf('tkt', parent.id)}::uuid union
        select l.other_id from ancestor a
        join ticket_link l on l.ticket_id = a.id and l.kind = 'PARENT')
      select from ancestor where id = ${uuidOf('tkt', child.id)}::uuid`,
  );
  if (ancestors.length) throw new Refusal('CIRCLE', 'otherId');
  if (isSolved(parent) && !isSolved(child)) throw new Refusal('CHILDREN_OPEN', 'otherId');
}

const isSolved = ({ status }: Ticket): boolean =>
  status === TicketStatus.SOLVED || status === TicketStatus.CLOSED;

/** A ticket has at most one problem, which is not an incident itself. */
function refuseInvalidProblem(
  links: readonly Link[],
  { problemId, incidentId }: { problemId: string; incidentId: string },
): void {
  if (hasLink(links, incidentId, PROBLEM)) throw new Refusal('TAKEN', 'otherId');
  if (hasLink(links, problemId, PROBLEM) || hasLink(links, incidentId, INCIDENT))
    throw new Refusal('CIRCLE', 'otherId');
}
