import { sql } from '@deskgraph/common/database/database';
import { appendEvents } from '@deskgraph/common/events/log';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { applyAssignment } from '../../ticketing/ticket/assign.ts';
import { endEscalation } from '../../model/ticket/pending-work.ts';
import { requireDepartmentId, ifPresent } from '../../staff/references.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { visibleTicketSqlWithBin } from '../../model/rights/visible.ts';
import type { TicketNextInput, TicketNextPayload } from './input.ts';

/**
 * Puts into the caller's hands the most urgent ticket that nobody has, of equally urgent ones what has waited longest. One that is being given to
 * somebody else in this moment is passed over, so that no two get the same one and nobody waits.
 */
export async function next(ctx: Context, input: TicketNextInput): Promise<TicketNextPayload> {
  const department = await ifPresent(input.departmentId, (id) =>
    requireDepartmentId(ctx, id, 'departmentId'),
  );
  const ticket = ctx.actor.kind === 'agent' ? await free(ctx, department) : undefined;
  if (!ticket) return { ticket: null, userErrors: [] };
  await appendEvents(ctx, [
    ...(await applyAssignment(ctx, ticket, { assigneeId: ctx.actor.id })),
    ...endEscalation(ticket, 'assign'),
  ]);
  return { ticket, userErrors: [] };
}

async function free(ctx: Context, department: string | null): Promise<Ticket | undefined> {
  const here = department
    ? sql`t.department_id = ${uuidOf('dep', department)}::uuid`
    : sql`(t.department_id is null or t.department_id in (
        select department_id from agent_department where agent_id = ${uuidOf('agt', ctx.actor.id)}::uuid))`;
  const { rows } = await sql<object>`
    select t.* from ticket t
    where ${visibleTicketSqlWithBin(ctx.actor)} and t.status in ('NEW', 'OPEN') and t.assignee_id is null and t.snoozed_at is null
      and not t.spam and t.deleted_at is null and ${here}
    order by t.priority_rank desc, t.waiting_since nulls last, t.created_at, t.id limit 1 for update of t skip locked`.execute(
    ctx.em.getKysely(),
  );
  return rows[0] && ctx.em.map(Ticket, rows[0]);
}
