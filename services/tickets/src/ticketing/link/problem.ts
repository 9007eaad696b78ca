import { sql } from '@deskgraph/common/database/database';
import type { NewEvent } from '@deskgraph/common/events/types';
import { uuidOf } from '@deskgraph/common/core/id';
import type { Context } from '@deskgraph/common/database/context';
import { isCategoryAvailable } from '../../configuration/category/defaults.ts';
import { indexMessages } from '../message/write.ts';
import type { RequesterInput } from '../../people/requester/input.ts';
import { resolve } from '../../people/requester/resolve.ts';
import { fact } from '../../model/ticket/events.ts';
import { createEmptyTicket } from '../message/open-ticket.ts';
import { isDepartmentOpen } from '../../staff/references.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketOrigin } from '@deskgraph/common/contract/ticket-enums';

/**
 * A ticket for the cause of others, in the queue of the first of them. Who groups is who asks in it, so that no requester of an incident reads
 * what the staff say of the cause; nobody waits for an answer in it.
 */
export async function openProblem(
  ctx: Context,
  subject: string,
  first: Ticket,
  at: Date,
): Promise<{ problem: Ticket; facts: NewEvent[] }> {
  const { requester, name, met } = await resolve(ctx, await caller(ctx));
  const { actor } = ctx;
  const problem = await createEmptyTicket(
    ctx,
    {
      subject,
      body: '',
      requester,
      requesterName: name,
      origin: actor.kind === 'app' ? TicketOrigin.APP : TicketOrigin.AGENT,
      channel: first.channel,
      author: actor,
      categoryId:
        first.categoryId && (await isCategoryAvailable(ctx, first.categoryId))
          ? first.categoryId
          : null,
      departmentId:
        first.departmentId && (await isDepartmentOpen(ctx, first.departmentId))
          ? first.departmentId
          : null,
    },
    at,
  );
  problem.waitingSince = null;
  await indexMessages(ctx, problem.id, [], problem);
  return {
    problem,
    facts: [...met, fact('ticket.created', problem, { occurredAt: at, origin: problem.origin })],
  };
}

/** An app is its own customer; a person is known by the address of the invitation. */
async function caller({ actor, em }: Context): Promise<RequesterInput> {
  if (actor.kind !== 'agent') return { externalId: actor.id, name: actor.name };
  const { rows } = await sql<{
    email: string;
  }>`select email from agent where id = ${uuidOf('agt', actor.id)}::uuid`.execute(em.getKysely());
  return { email: rows[0]!.email, name: actor.name };
}
