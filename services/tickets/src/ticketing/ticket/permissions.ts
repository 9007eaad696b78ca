import { type AuthRule, allows } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import type { GraphQLSchema } from 'graphql';
import { Field, ObjectType } from 'type-graphql';
import { mayWrite } from '../message/write.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { workBlocker, statusBlocker, replyBlocker } from '../../model/ticket/preconditions.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { STATUS_TRANSITIONS } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '@deskgraph/common/contract/ticket-enums';

@ObjectType({
  simpleResolvers: true,
  description:
    'The operations that the caller may do with a ticket now, by role, scopes and status. An input can still be refused, and so can solving a ticket with unsolved children.',
})
export class TicketPermissions {
  @Field(() => Boolean, {
    description:
      'Write to the requester. Of a merged ticket, in the ticket into which it was merged.',
  })
  reply!: boolean;
  @Field(() => Boolean, { description: 'Write notes.' }) note!: boolean;
  @Field(() => Boolean, { description: 'Change fields.' }) update!: boolean;
  @Field(() => Boolean, { description: 'Assign it to another agent or department.' })
  assign!: boolean;
  @Field(() => Boolean, { description: 'Move it to SOLVED; false when it is SOLVED.' })
  solve!: boolean;
  @Field(() => Boolean, { description: 'Move it from SOLVED back to OPEN.' }) reopen!: boolean;
  @Field(() => Boolean, { description: 'Merge it into another ticket, and split messages off.' })
  merge!: boolean;
  @Field(() => Boolean, { description: 'Move it to the bin (trash); false when it is there.' })
  delete!: boolean;
}

/** Uses the same checks as the mutations: the @auth rule of each and the ticket’s preconditions. */
export async function ticketPermissions(
  ctx: Context,
  ticket: Ticket,
  schema: GraphQLSchema,
): Promise<TicketPermissions> {
  const { actor } = ctx;
  const may = (mutation: string): boolean =>
    !ticket.deletedAt && allows(authRule(schema, mutation), actor);
  const mayMove = (to: TicketStatus): boolean =>
    may('ticketStatusChange') &&
    !statusBlocker(ticket) &&
    STATUS_TRANSITIONS[ticket.status].includes(to);
  const target = may('messageAdd') ? await mergeTarget(ctx, ticket) : null;
  const maySend = (visibility: MessageVisibility): boolean =>
    target !== null && mayWrite(actor, visibility);
  return {
    reply: maySend(MessageVisibility.PUBLIC) && !replyBlocker(actor, target!),
    note: maySend(MessageVisibility.PRIVATE),
    update: may('ticketUpdate'),
    assign: may('ticketAssign') && !workBlocker(ticket),
    solve: mayMove(TicketStatus.SOLVED),
    reopen: may('ticketReopen') && ticket.status === TicketStatus.SOLVED && !statusBlocker(ticket),
    merge: may('ticketMerge') && !workBlocker(ticket),
    delete: may('ticketDelete'),
  };
}

const authRule = (schema: GraphQLSchema, mutation: string): AuthRule =>
  schema.getMutationType()!.getFields()[mutation]!.extensions['auth'] as AuthRule;

/**
 * The ticket to which a message would go; null if the caller does not see it, or it is in the bin.
 */
async function mergeTarget(ctx: Context, ticket: Ticket): Promise<Ticket | null> {
  let target: Ticket | null = ticket;
  while (target?.mergedIntoId) target = await ticketById(ctx, target.mergedIntoId);
  return target && !target.deletedAt ? target : null;
}
