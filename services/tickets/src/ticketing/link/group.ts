import { TicketOrigin } from '@deskgraph/common/contract/ticket-enums';
import { Refusal } from '@deskgraph/common/core/errors';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { execute, ids } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import type { NewEvent } from '@deskgraph/common/events/types';
import { isCategoryAvailable } from '../../configuration/category/defaults.ts';
import { lockTickets } from '../../model/lookup/lock.ts';
import { beginOperation, recordOperationTickets } from '../../model/operation/journal.ts';
import { OperationKind } from '../../model/operation/operation.ts';
import { ticketSnapshot } from '../../model/operation/snapshot.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { TicketLinkKind } from '../../model/ticket/link.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import type { RequesterInput } from '../../people/requester/input.ts';
import { resolveRequester } from '../../people/requester/resolve.ts';
import { isDepartmentOpen } from '../../staff/references.ts';
import { createEmptyTicket } from '../message/open-ticket.ts';
import { indexMessages } from '../message/search-index.ts';
import type { TicketsGroupInput, TicketsGroupPayload } from './input.ts';
import { type Link, MAX_INCIDENTS, MAX_LINKS, findLinks, lockLinks } from './link.ts';

const { PROBLEM, INCIDENT } = TicketLinkKind;

/**
 * Makes tickets incidents of one problem, an existing or a new one. Its incidents stay as they are.
 */
export async function groupTickets(
  ctx: Context,
  input: TicketsGroupInput,
): Promise<TicketsGroupPayload> {
  refuseInvalidTarget(input);
  await lockLinks(ctx);
  const { existingProblem, incidents } = await lockGroup(ctx, input);
  if (existingProblem && !incidents.length) return { problem: existingProblem, userErrors: [] };
  const now = new Date();
  const operation = beginOperation(ctx, OperationKind.GROUP, now);
  const touched = incidents.map((ticket) => ({
    ticket,
    role: 'FROM' as const,
    before: ticketSnapshot(ticket),
  }));
  const { problem, events } = existingProblem
    ? { problem: existingProblem, events: [] }
    : await openProblem(ctx, { subject: input.subject!, firstIncident: incidents[0]!, now });
  const touchedProblem = {
    ticket: problem,
    role: 'INTO' as const,
    before: ticketSnapshot(problem),
  };
  await ctx.em.flush();
  await insertLinks(ctx, problem, incidents, now);
  for (const ticket of incidents) ticket.problemId = problem.id;
  const details = { occurredAt: now, operationId: operation.id, internal: true };
  await appendEvents(ctx, [
    ...events,
    ...incidents.map((ticket) =>
      ticketEvent('ticket.linked', ticket, {
        ...details,
        changes: { links: [null, { kind: PROBLEM, ticketId: problem.id }] },
      }),
    ),
    ticketEvent('ticket.linked', problem, {
      ...details,
      changes: { links: [null, { kind: INCIDENT, ticketIds: incidents.map(({ id }) => id) }] },
    }),
  ]);
  await recordOperationTickets(ctx, operation, [touchedProblem, ...touched]);
  return { problem, operation, userErrors: [] };
}

function refuseInvalidTarget({ problemId, subject }: TicketsGroupInput): void {
  const hasProblem = typeof problemId === 'string';
  if (hasProblem && subject) throw new Refusal('INVALID', 'subject');
  if (!hasProblem && !subject)
    throw new Refusal(
      ['problemId', 'subject'].map((field) => ({ code: 'REQUIRED', field: ['input', field] })),
    );
}

/**
 * Locks the tickets, refuses those that cannot be linked, and returns those that are not linked
 * yet.
 */
async function lockGroup(
  ctx: Context,
  { ids: ticketIds, problemId }: TicketsGroupInput,
): Promise<{ existingProblem: Ticket | undefined; incidents: Ticket[] }> {
  const references = [...new Set(ticketIds)].map((id) => ({
    id,
    field: `ids.${ticketIds.indexOf(id)}`,
  }));
  const hasProblem = typeof problemId === 'string';
  const tickets = await lockTickets(ctx, [
    ...(hasProblem ? [{ id: problemId, field: 'problemId' }] : []),
    ...references,
  ]);
  const existingProblem = hasProblem ? tickets[0]! : undefined;
  const named = hasProblem ? tickets.slice(1) : tickets;
  const links = await findLinks(
    ctx,
    tickets.map(({ id }) => id),
  );
  const linksByTicket = Map.groupBy(links, ({ ticketId }) => ticketId);
  const linksOf = ({ id }: Ticket): Link[] => linksByTicket.get(id) ?? [];
  if (existingProblem) refuseAsProblem(existingProblem, linksOf(existingProblem));
  for (const [index, ticket] of named.entries())
    refuseAsIncident(ticket, linksOf(ticket), existingProblem, references[index]!.field);
  const incidents = named.filter((ticket) => !linksOf(ticket).some(({ kind }) => kind === PROBLEM));
  const existing = existingProblem
    ? linksOf(existingProblem).filter(({ kind }) => kind === INCIDENT).length
    : 0;
  if (existing + incidents.length > MAX_INCIDENTS) throw new Refusal('LIMIT_REACHED', 'ids');
  return { existingProblem, incidents };
}

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
  const existing = links.find(({ kind }) => kind === PROBLEM);
  if (existing && existing.otherId !== problem?.id) throw new Refusal('TAKEN', field);
  if (!existing && links.length >= MAX_LINKS) throw new Refusal('LIMIT_REACHED', field);
}

const insertLinks = (
  ctx: Context,
  problem: Ticket,
  incidents: readonly Ticket[],
  now: Date,
): Promise<unknown> => {
  const problemId = sql`${uuidOf('tkt', problem.id)}::uuid`;
  return execute(
    ctx,
    sql`
      insert into ticket_link (workspace_id, ticket_id, kind, other_id, created_at)
      select ${ctx.workspace}::uuid, ticket, kind, other, ${now}
      from unnest(${ids('tkt', incidents)}) as i(id) cross join lateral (
        values (i.id, 'PROBLEM', ${problemId}), (${problemId}, 'INCIDENT', i.id))
        as l(ticket, kind, other)`,
  );
};

interface NewProblem {
  subject: string;
  firstIncident: Ticket;
  now: Date;
}

/**
 * Creates a problem in the queue of its first incident. The caller becomes its requester, so that
 * the customers of the incidents never see it. The problem has no response timer.
 */
async function openProblem(
  ctx: Context,
  { subject, firstIncident, now }: NewProblem,
): Promise<{ problem: Ticket; events: NewEvent[] }> {
  const { requester, name, discovered } = await resolveRequester(ctx, await requesterOfCaller(ctx));
  const { channel, categoryId, departmentId } = firstIncident;
  const newTicket = {
    subject,
    body: '',
    requester,
    requesterName: name,
    origin: ctx.actor.kind === 'app' ? TicketOrigin.APP : TicketOrigin.AGENT,
    channel,
    author: ctx.actor,
    categoryId: categoryId && (await isCategoryAvailable(ctx, categoryId)) ? categoryId : null,
    departmentId: departmentId && (await isDepartmentOpen(ctx, departmentId)) ? departmentId : null,
  };
  const problem = await createEmptyTicket(ctx, newTicket, now);
  problem.waitingSince = null;
  await indexMessages(ctx, problem.id, [], problem);
  const created = ticketEvent('ticket.created', problem, {
    occurredAt: now,
    origin: problem.origin,
  });
  return { problem, events: [...discovered, created] };
}

/** An app is identified as a customer by its id, an agent by their e-mail address. */
async function requesterOfCaller(ctx: Context): Promise<RequesterInput> {
  const { kind, id, name } = ctx.actor;
  if (kind !== 'agent') return { externalId: id, name };
  const [agent] = await execute(
    ctx,
    sql<{ email: string }>`select email from agent where id = ${uuidOf('agt', id)}::uuid`,
  );
  return { email: agent!.email, name };
}
