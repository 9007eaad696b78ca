import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { sql } from '@deskgraph/common/database/database';
import { managedEntities } from '@deskgraph/common/database/query';
import { appendEvents } from '@deskgraph/common/events/log';
import { visibleTicketSqlWithBin } from '../../model/rights/visible.ts';
import { endEscalation } from '../../model/ticket/pending-work.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { ifPresent, requireDepartmentId } from '../../staff/references.ts';
import { applyAssignment } from '../../ticketing/ticket/assign.ts';
import type { TicketNextInput, TicketNextPayload } from './input.ts';

/**
 * Assigns the most urgent unassigned ticket to the caller; ties go to the longest waiting. Tickets
 * locked by concurrent calls are skipped, so that no two callers get the same one and no call
 * waits.
 */
export async function assignNextTicket(
  ctx: Context,
  input: TicketNextInput,
): Promise<TicketNextPayload> {
  const departmentId = await ifPresent(input.departmentId, (id) =>
    requireDepartmentId(ctx, id, 'departmentId'),
  );
  const ticket = ctx.actor.kind === 'agent' ? await lockNextTicket(ctx, departmentId) : undefined;
  if (!ticket) return { ticket: null, userErrors: [] };
  await appendEvents(ctx, [
    ...(await applyAssignment(ctx, ticket, { assigneeId: ctx.actor.id })),
    ...endEscalation(ticket, 'assign'),
  ]);
  return { ticket, userErrors: [] };
}

/** Without a department: from those of the caller, and tickets without one. */
async function lockNextTicket(
  ctx: Context,
  departmentId: string | null,
): Promise<Ticket | undefined> {
  const inDepartment = departmentId
    ? sql`t.department_id = ${uuidOf('dep', departmentId)}::uuid`
    : sql`(t.department_id is null or t.department_id in (
        select department_id from agent_department
        where agent_id = ${uuidOf('agt', ctx.actor.id)}::uuid))`;
  const [ticket] = await managedEntities(
    ctx,
    Ticket,
    sql`
      select t.* from ticket t
      where ${visibleTicketSqlWithBin(ctx.actor)} and t.status in ('NEW', 'OPEN')
        and t.assignee_id is null and t.snoozed_at is null and not t.spam and t.deleted_at is null
        and ${inDepartment}
      order by t.priority_rank desc, t.waiting_since nulls last, t.created_at, t.id
      limit 1 for update of t skip locked`,
  );
  return ticket;
}
