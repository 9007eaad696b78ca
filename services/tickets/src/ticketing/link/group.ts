import { sql, uuids } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { appendEvents } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { begin, keepTickets } from '../../model/operation/journal.ts';
import { lockedAll } from '../../model/lookup/lock.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { snapshotOf } from '../../model/operation/snapshot.ts';
import { fact } from '../../model/ticket/events.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { MAX_INCIDENTS, type Link, MAX_LINKS, lockLinks, findLinks } from './link.ts';
import type { TicketsGroupInput, TicketsGroupPayload } from './input.ts';
import { TicketLinkKind } from '../../model/ticket/link.ts';
import { openProblem } from './problem.ts';

const { PROBLEM, INCIDENT } = TicketLinkKind;
const EITHER = ['problemId', 'subject'];

/** Makes tickets incidents of one problem: of one that is there, or of a new one. What is its incident already stays so. */
export async function groupTickets(
  ctx: Context,
  { ids, problemId, subject }: TicketsGroupInput,
): Promise<TicketsGroupPayload> {
  const isThere = typeof problemId === 'string';
  if (isThere && subject) throw new Refusal('INVALID', 'subject');
  if (!isThere && !subject)
    throw new Refusal(EITHER.map((field) => ({ code: 'REQUIRED', field: ['input', field] })));
  await lockLinks(ctx);
  const named = [...new Set(ids)].map((id) => ({ id, field: `ids.${ids.indexOf(id)}` }));
  const locked = await lockedAll(ctx, [
    ...(isThere ? [{ id: problemId, field: 'problemId' }] : []),
    ...named,
  ]);
  const known = isThere ? locked[0]! : undefined;
  const incidents = known ? locked.slice(1) : locked;
  const links = linksBy(
    await findLinks(
      ctx,
      locked.map(({ id }) => id),
    ),
  );
  if (known) refuseAsProblem(known, links.get(known.id) ?? []);
  for (const [at, ticket] of incidents.entries())
    refuseAsIncident(ticket, links.get(ticket.id) ?? [], known, named[at]!.field);
  const fresh = incidents.filter(({ id }) => !links.get(id)?.some(({ kind }) => kind === PROBLEM));
  const before =
    (known && links.get(known.id)?.filter(({ kind }) => kind === INCIDENT).length) ?? 0;
  if (before + fresh.length > MAX_INCIDENTS) throw new Refusal('LIMIT_REACHED', 'ids');
  if (known && !fresh.length) return { problem: known, userErrors: [] };
  const at = new Date();
  const operation = begin(ctx, OperationKind.GROUP, at);
  const touched = fresh.map((ticket) => ({
    ticket,
    part: 'FROM' as const,
    before: snapshotOf(ticket),
  }));
  const { problem, facts } = known
    ? { problem: known, facts: [] }
    : await openProblem(ctx, subject!, incidents[0]!, at);
  const into = { ticket: problem, part: 'INTO' as const, before: snapshotOf(problem) };
  await ctx.em.flush();
  await tie(ctx, problem, fresh, at);
  for (const ticket of fresh) ticket.problemId = problem.id;
  const told = { at, operationId: operation.id, internal: true };
  await appendEvents(ctx, [
    ...facts,
    ...fresh.map((ticket) =>
      fact('ticket.linked', ticket, {
        ...told,
        changes: { links: [null, { kind: PROBLEM, ticketId: problem.id }] },
      }),
    ),
    fact('ticket.linked', problem, {
      ...told,
      changes: { links: [null, { kind: INCIDENT, ticketIds: fresh.map(({ id }) => id) }] },
    }),
  ]);
  await keepTickets(ctx, operation, [into, ...touched]);
  return { problem, operation, userErrors: [] };
}

const linksBy = (links: readonly Link[]): Map<string, Link[]> =>
  Map.groupBy(links, ({ ticketId }) => ticketId);

function refuseAsProblem({ mergedIntoId }: Ticket, links: readonly Link[]): void {
  if (mergedIntoId) throw new Refusal('ALREADY_MERGED', 'problemId');
  if (links.some(({ kind }) => kind === PROBLEM)) throw new Refusal('CIRCLE', 'problemId');
}

function refuseAsIncident(
  ticket: Ticket,
  links: readonly Link[],
  problem: Ticket | undefined,
  field: string,
): void {
  if (ticket === problem || links.some(({ kind }) => kind === INCIDENT))
    throw new Refusal('CIRCLE', field);
  if (ticket.mergedIntoId) throw new Refusal('ALREADY_MERGED', field);
  const other = links.find(({ kind }) => kind === PROBLEM);
  if (other && other.otherId !== problem?.id) throw new Refusal('TAKEN', field);
  if (!other && links.length >= MAX_LINKS) throw new Refusal('LIMIT_REACHED', field);
}

/** Each of them shows the problem, and the problem each of them. */
const tie = (
  ctx: Context,
  problem: Ticket,
  incidents: readonly Ticket[],
  at: Date,
): Promise<unknown> =>
  sql`
    insert into ticket_link (workspace_id, ticket_id, kind, other_id, created_at)
    select ${ctx.workspace}::uuid, ticket, kind, other, ${at} from unnest(${uuids(
      'tkt',
      incidents.map(({ id }) => id),
    )}) as i(id) cross join lateral (
      values (i.id, 'PROBLEM', ${uuidOf('tkt', problem.id)}::uuid), (${uuidOf('tkt', problem.id)}::uuid, 'INCIDENT', i.id)) as l(ticket, kind, other)
  `.execute(ctx.em.getKysely());
