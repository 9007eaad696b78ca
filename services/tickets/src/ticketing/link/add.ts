import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { recordAll } from '@deskgraph/common/events/log';
import { toId, uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { lockedAll } from '../../model/lookup/lock.ts';
import { fact } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';
import type { TicketLinkInput, TicketLinkPayload } from './input.ts';
import { INVERSE, TicketLinkKind } from '../../model/ticket/link.ts';

const { PARENT, CHILD, PROBLEM, INCIDENT } = TicketLinkKind;
/** Links of one ticket: incidents of a problem, and all others. */
export const INCIDENTS_LIMIT = 1_000;
export const LIMIT = 100;

/** Links two tickets; each of them shows the other. A link that is there already stays. */
export async function add(
  ctx: Context,
  { id, otherId, kind }: TicketLinkInput,
): Promise<TicketLinkPayload> {
  await holdLinks(ctx);
  const [ticket, other] = (await lockedAll(ctx, [
    { id, field: 'id' },
    { id: otherId, field: 'otherId' },
  ])) as [Ticket, Ticket];
  if (ticket === other) throw new Refusal('CIRCLE', 'otherId');
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'id');
  if (other.mergedIntoId) throw new Refusal('ALREADY_MERGED', 'otherId');
  const links = await linksOf(ctx, [id, otherId]);
  if (links.some((link) => link.ticketId === id && link.kind === kind && link.otherId === otherId))
    return { ticket, userErrors: [] };
  refuseMany(links, id, kind, 'id');
  refuseMany(links, otherId, INVERSE[kind], 'otherId');
  if (kind === PARENT || kind === CHILD)
    await refuseFamily(ctx, links, kind === CHILD ? [ticket, other] : [other, ticket]);
  if (kind === PROBLEM || kind === INCIDENT)
    refuseProblem(links, kind === INCIDENT ? [id, otherId] : [otherId, id]);
  if (kind === PROBLEM) ticket.problemId = otherId;
  if (kind === INCIDENT) other.problemId = id;
  const at = new Date();
  await sql`
    insert into ticket_link (workspace_id, ticket_id, kind, other_id, created_at)
    select ${ctx.workspace}::uuid, ticket, kind, other, ${at} from unnest(
      ${uuids('tkt', [id, otherId])}, ${[kind, INVERSE[kind]]}::text[], ${uuids('tkt', [otherId, id])}) as l(ticket, kind, other)
  `.execute(ctx.em.getKysely());
  await recordAll(ctx, [
    fact('ticket.linked', ticket, {
      at,
      changes: { links: [null, { kind, ticketId: otherId }] },
      internal: true,
    }),
    fact('ticket.linked', other, {
      at,
      changes: { links: [null, { kind: INVERSE[kind], ticketId: id }] },
      internal: true,
    }),
  ]);
  return { ticket, userErrors: [] };
}

/** What must not close a circle is looked at by one transaction of the workspace at a time. */
export const holdLinks = (ctx: Context): Promise<unknown> =>
  sql`select pg_advisory_xact_lock(hashtextextended(${`links of ${ctx.workspace}`}, 0))`.execute(
    ctx.em.getKysely(),
  );

export interface Known {
  ticketId: string;
  kind: TicketLinkKind;
  otherId: string;
}

export async function linksOf(ctx: Context, ids: readonly string[]): Promise<Known[]> {
  const { rows } = await sql<{ ticket_id: string; kind: TicketLinkKind; other_id: string }>`
    select ticket_id, kind, other_id from ticket_link where ticket_id = any(${uuids('tkt', ids)})`.execute(
    ctx.em.getKysely(),
  );
  return rows.map((row) => ({
    ticketId: toId('tkt', row.ticket_id),
    kind: row.kind,
    otherId: toId('tkt', row.other_id),
  }));
}

const has = (links: readonly Known[], id: string, kind: TicketLinkKind): boolean =>
  links.some((link) => link.ticketId === id && link.kind === kind);

function refuseMany(
  links: readonly Known[],
  id: string,
  kind: TicketLinkKind,
  field: string,
): void {
  const alike = links.filter(
    (link) => link.ticketId === id && (link.kind === INCIDENT) === (kind === INCIDENT),
  );
  if (alike.length >= (kind === INCIDENT ? INCIDENTS_LIMIT : LIMIT))
    throw new Refusal('LIMIT_REACHED', field);
}

/** One parent at most, who is no descendant, and is not solved while the child is not. */
async function refuseFamily(
  ctx: Context,
  links: readonly Known[],
  [parent, child]: [Ticket, Ticket],
): Promise<void> {
  if (has(links, child.id, PARENT)) throw new Refusal('TAKEN', 'otherId');
  const { rows } = await sql`
    with recursive above(id) as (
      select ${uuidOf('tkt', parent.id)}::uuid union select l.other_id from above a join ticket_link l on l.ticket_id = a.id and l.kind = 'PARENT')
    select from above where id = ${uuidOf('tkt', child.id)}::uuid`.execute(ctx.em.getKysely());
  if (rows.length) throw new Refusal('CIRCLE', 'otherId');
  if (isSolved(parent) && !isSolved(child)) throw new Refusal('CHILDREN_OPEN', 'otherId');
}

const isSolved = ({ status }: Ticket): boolean =>
  status === TicketStatus.SOLVED || status === TicketStatus.CLOSED;

/** One problem at most, which is no incident itself. */
function refuseProblem(links: readonly Known[], [problem, incident]: [string, string]): void {
  if (has(links, incident, PROBLEM)) throw new Refusal('TAKEN', 'otherId');
  if (has(links, problem, PROBLEM) || has(links, incident, INCIDENT))
    throw new Refusal('CIRCLE', 'otherId');
}
