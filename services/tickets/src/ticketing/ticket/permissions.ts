import { type AuthRule, allows } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import type { GraphQLSchema } from 'graphql';
import { Field, ObjectType } from 'type-graphql';
import { mayWrite } from '../message/allow-visibility.ts';
import { MessageVisibility } from '../../model/message/message.ts';
import { againstWork, againstMove, againstReply } from '../../model/ticket/preconditions.ts';
import { byId } from '../../model/lookup/find.ts';
import { MOVES } from '../../model/ticket/status-rules.ts';
import type { Ticket } from '../../model/ticket/ticket.ts';
import { TicketStatus } from '../../model/ticket/enums.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'What the caller may do with a ticket as it stands, by role, scopes and status. What an input says can still be refused, and unsolved children stand against solving.',
})
export class TicketPermissions {
  @Field(() => Boolean, {
    description:
      'Write to the requester; of a ticket that is folded into another one it is said there.',
  })
  reply!: boolean;
  @Field(() => Boolean, { description: 'Write notes.' }) note!: boolean;
  @Field(() => Boolean, { description: 'Change fields.' }) update!: boolean;
  @Field(() => Boolean, { description: 'Put it into other hands.' }) assign!: boolean;
  @Field(() => Boolean, { description: 'Move it to SOLVED; false once it is.' }) solve!: boolean;
  @Field(() => Boolean, { description: 'Move it from SOLVED back to OPEN.' }) reopen!: boolean;
  @Field(() => Boolean, { description: 'Fold it into another one, and cut messages out of it.' })
  merge!: boolean;
  @Field(() => Boolean, { description: 'Put it into the bin; false once it is there.' })
  delete!: boolean;
}

/** By the rules that the verbs go by: those that stand beside them in the graph, and what stands against them in the ticket. */
export async function ticketPermissions(
  ctx: Context,
  ticket: Ticket,
  schema: GraphQLSchema,
): Promise<TicketPermissions> {
  const { actor } = ctx;
  const may = (verb: string): boolean => !ticket.deletedAt && allows(ruleOf(schema, verb), actor);
  const moves = (to: TicketStatus): boolean =>
    may('ticketStatusChange') && !againstMove(ticket) && MOVES[ticket.status].includes(to);
  const head = may('messageAdd') ? await headOf(ctx, ticket) : null;
  const says = (visibility: MessageVisibility): boolean =>
    head !== null && mayWrite(actor, visibility);
  return {
    reply: says(MessageVisibility.PUBLIC) && !againstReply(actor, head!),
    note: says(MessageVisibility.PRIVATE),
    update: may('ticketUpdate'),
    assign: may('ticketAssign') && !againstWork(ticket),
    solve: moves(TicketStatus.SOLVED),
    reopen: may('ticketReopen') && ticket.status === TicketStatus.SOLVED && !againstMove(ticket),
    merge: may('ticketMerge') && !againstWork(ticket),
    delete: may('ticketDelete'),
  };
}

const ruleOf = (schema: GraphQLSchema, verb: string): AuthRule =>
  schema.getMutationType()!.getFields()[verb]!.extensions['auth'] as AuthRule;

/** Where it is written to; null where the caller does not see that, or it is in the bin. */
async function headOf(ctx: Context, ticket: Ticket): Promise<Ticket | null> {
  let head: Ticket | null = ticket;
  while (head?.mergedIntoId) head = await byId(ctx, head.mergedIntoId);
  return head && !head.deletedAt ? head : null;
}
