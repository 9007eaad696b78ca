import { scheduleWakeup } from '@deskgraph/common/jobs/scheduler';
import { sql } from '@deskgraph/common/database/database';
import { execute } from '@deskgraph/common/database/query';
import type { NewEvent } from '@deskgraph/common/events/types';
import { uuidOf } from '@deskgraph/common/core/id';
import { durationToMs } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { applyAssignment } from '../ticket/assign.ts';
import { ticketEvent } from '../../model/ticket/events.ts';
import { openDepartments, assignableAgents } from '../../staff/references.ts';
import type { EscalationState, Ticket } from '../../model/ticket/ticket.ts';
import { endSnooze } from '../../model/ticket/pending-work.ts';
import type { EscalationPath, EscalationStep } from './path.ts';
import type { Changes } from '@deskgraph/common/contract/ticket-events';

/** A step of a path that can be taken now. */
export interface EscalationTarget {
  path: EscalationPath;
  /** The number of the step, from 1. */
  number: number;
}

/**
 * The first step after the step number `last` that leads to another agent or queue than the ticket
 * has now. Steps to deactivated agents and deleted departments are skipped. The path's row is
 * locked FOR KEY SHARE until the transaction ends, so that it is not deleted while the ticket is on
 * it.
 */
export async function nextEscalationStep(
  ctx: Context,
  ticket: Ticket,
  path: EscalationPath,
  last: number,
): Promise<EscalationTarget | undefined> {
  if (!(await lockPathForShare(ctx, path))) return undefined;
  const steps = path.steps.slice(last);
  const agents = await assignableAgents(
    ctx,
    steps.flatMap(({ agentId }) => agentId ?? []),
  );
  const departments = await openDepartments(
    ctx,
    steps.flatMap(({ departmentId }) => departmentId ?? []),
  );
  const isReachable = ({ agentId, departmentId }: EscalationStep): boolean =>
    agentId ? agents.has(agentId) : departments.has(departmentId!);
  const index = steps.findIndex((step) => !isAtStep(ticket, step) && isReachable(step));
  return index < 0 ? undefined : { path, number: last + index + 1 };
}

/** Returns false when the path was deleted. */
async function lockPathForShare(ctx: Context, { id }: EscalationPath): Promise<boolean> {
  const paths = await execute(
    ctx,
    sql`select from escalation_path where id = ${uuidOf('esc', id)}::uuid for key share`,
  );
  return paths.length > 0;
}

const isAtStep = (ticket: Ticket, { agentId, departmentId }: EscalationStep): boolean =>
  agentId
    ? ticket.assigneeId === agentId
    : ticket.departmentId === departmentId && ticket.assigneeId === null;

interface StepOptions {
  reason: string;
  /** Taken by a caller, or by the system when the step was due. */
  cause: 'hand' | 'time';
}

/** Takes a step of a path and schedules the next one, if there is any. Returns the events. */
export function takeStep(
  ctx: Context,
  ticket: Ticket,
  { path, number }: EscalationTarget,
  { reason, cause }: StepOptions,
): Promise<NewEvent[]> {
  const { agentId, departmentId, after } = path.steps[number - 1]!;
  const isLast = number === path.steps.length;
  return startEscalation(ctx, ticket, {
    escalation: { pathId: path.id, step: number, reason },
    assignment: agentId ? { assigneeId: agentId } : { departmentId, assigneeId: null },
    nextAt: isLast ? null : new Date(Date.now() + durationToMs(after)!),
    cause,
  });
}

interface EscalationStart {
  escalation: Pick<EscalationState, 'pathId' | 'step' | 'reason'>;
  assignment: { assigneeId: string | null; departmentId?: string | null };
  /** The time at which the system takes the next step. */
  nextAt: Date | null;
  cause: StepOptions['cause'];
}

/**
 * Starts an escalation of a ticket: reassigns the ticket, and wakes it if it is snoozed, because a
 * snoozed ticket does not appear in queues. Returns the events.
 */
export async function startEscalation(
  ctx: Context,
  ticket: Ticket,
  { escalation, assignment, nextAt, cause }: EscalationStart,
): Promise<NewEvent[]> {
  const now = new Date();
  const events = [
    ...endSnooze(ticket, 'escalation', now),
    ...(await applyAssignment(ctx, ticket, assignment)),
  ];
  const { kind, id, name } = ctx.actor;
  const before = ticket.escalation;
  ticket.escalation = { ...escalation, since: now.toISOString(), by: { kind, id, name } };
  ticket.escalatesAt = nextAt;
  if (nextAt) scheduleWakeup(ctx, nextAt);
  const changes: Changes = { escalation: [before, ticket.escalation] };
  return [
    ...events,
    ticketEvent('ticket.escalated', ticket, { occurredAt: now, changes, cause, internal: true }),
  ];
}
