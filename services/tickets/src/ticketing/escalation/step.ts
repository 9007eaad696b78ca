import { due } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import type { NewEvent } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { applyAssignment } from '../ticket/assign.ts';
import { type Changes, fact } from '../../model/ticket/events.ts';
import { openDepartments, assignableAgents } from '../../staff/references.ts';
import type { EscalationState, Ticket } from '../../model/ticket/ticket.ts';
import { woken } from '../snooze/wake.ts';
import type { EscalationPath, EscalationStep } from './path.ts';

/** A step that can be taken. */
export interface EscalationTarget {
  path: EscalationPath;
  /** From 1. */
  number: number;
}

/**
 * The next step after `last` that leads to somebody else than who has the ticket. Who has left and what is deleted is passed over. The path is
 * held until the transaction ends, so that it is not deleted with this ticket on it.
 */
export async function nextEscalationStep(
  ctx: Context,
  ticket: Ticket,
  path: EscalationPath,
  last: number,
): Promise<EscalationTarget | undefined> {
  if (!(await isHeld(ctx, path))) return undefined;
  const ahead = path.steps.slice(last);
  const agents = await assignableAgents(
    ctx,
    ahead.flatMap(({ agentId }) => agentId ?? []),
  );
  const departments = await openDepartments(
    ctx,
    ahead.flatMap(({ departmentId }) => departmentId ?? []),
  );
  const isReachable = ({ agentId, departmentId }: EscalationStep): boolean =>
    agentId ? agents.has(agentId) : departments.has(departmentId!);
  const at = ahead.findIndex((step) => !isThere(ticket, step) && isReachable(step));
  return at < 0 ? undefined : { path, number: last + at + 1 };
}

async function isHeld(ctx: Context, { id }: EscalationPath): Promise<boolean> {
  const { rows } =
    await sql`select from escalation_path where id = ${uuidOf('esc', id)}::uuid for key share`.execute(
      ctx.em.getKysely(),
    );
  return rows.length > 0;
}

const isThere = (ticket: Ticket, { agentId, departmentId }: EscalationStep): boolean =>
  agentId
    ? ticket.assigneeId === agentId
    : ticket.departmentId === departmentId && ticket.assigneeId === null;

/** Takes a step of a path; the one after it comes by itself, if there is one. */
export function takeStep(
  ctx: Context,
  ticket: Ticket,
  { path, number }: EscalationTarget,
  reason: string,
  cause: Putting['cause'],
): Promise<NewEvent[]> {
  const { agentId, departmentId, after } = path.steps[number - 1]!;
  const next = number < path.steps.length ? new Date(Date.now() + durationToMs(after)!) : null;
  const to = agentId ? { assigneeId: agentId } : { departmentId, assigneeId: null };
  return putEscalation(ctx, ticket, { pathId: path.id, step: number, reason }, { to, next, cause });
}

interface Putting {
  to: { assigneeId: string | null; departmentId?: string | null };
  next: Date | null;
  cause: 'hand' | 'time';
}

/** Puts an escalation in force. It comes into the hands that it is for, and wakes: who is to act must find it. */
export async function putEscalation(
  ctx: Context,
  ticket: Ticket,
  escalation: Pick<EscalationState, 'pathId' | 'step' | 'reason'>,
  { to, next, cause }: Putting,
): Promise<NewEvent[]> {
  const at = new Date();
  const facts = [...woken(ticket, 'escalation', at), ...(await applyAssignment(ctx, ticket, to))];
  const { kind, id, name } = ctx.actor;
  const before = ticket.escalation;
  ticket.escalation = { ...escalation, since: at.toISOString(), by: { kind, id, name } };
  ticket.escalatesAt = next;
  if (next) due(ctx, next);
  const changes: Changes = { escalation: [before, ticket.escalation] };
  return [
    ...facts,
    fact('ticket.escalated', ticket, { occurredAt: at, changes, cause, internal: true }),
  ];
}
