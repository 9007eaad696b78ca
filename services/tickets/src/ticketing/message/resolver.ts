import { Auth, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { shown } from '../../people/external/actor.ts';
import { byId } from '../../model/lookup/find.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { addMessage } from './add.ts';
import { cancelMessage } from './cancel.ts';
import { findOf } from '../../model/message/find.ts';
import {
  MessageAddInput,
  MessageAddPayload,
  MessageCancelInput,
  MessageCancelPayload,
  MessageRedactInput,
  MessageRedactPayload,
} from './input.ts';
import { redactMessage } from './redact.ts';
import { Message, MessageConnection, MessageVisibility } from '../../model/message/message.ts';

@Resolver(() => Message)
export class MessageResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Mutation(() => MessageAddPayload, {
    description:
      'Writes a reply or a note. A requester’s reply reopens a ticket that is PENDING or SOLVED; on a CLOSED one it makes a new ticket that follows it.',
  })
  messageAdd(
    @Arg('input', () => MessageAddInput) input: MessageAddInput,
    @Ctx() ctx: Context,
  ): Promise<MessageAddPayload> {
    return addMessage(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => MessageCancelPayload, {
    description:
      'Takes back a message while it is SCHEDULED, by whomever it was written; one that is cancelled stays so. Who uploaded its files can send them with another one.',
  })
  messageCancel(
    @Arg('input', () => MessageCancelInput) input: MessageCancelInput,
    @Ctx() ctx: Context,
  ): Promise<MessageCancelPayload> {
    return cancelMessage(ctx, input);
  }

  @Auth({ scopes: ['tickets:write'], roles: [Role.LEAD] })
  @Mutation(() => MessageRedactPayload, {
    description:
      'Takes words or files out of a message for ever, out of the search too; `[redacted]` stays in their place. The subject of the ticket is not touched.',
  })
  messageRedact(
    @Arg('input', () => MessageRedactInput) input: MessageRedactInput,
    @Ctx() ctx: Context,
  ): Promise<MessageRedactPayload> {
    return redactMessage(ctx, input);
  }

  @FieldResolver(() => Ticket, { description: 'The ticket that it belongs to.' })
  ticket(@Root() message: Message, @Ctx() ctx: Context): Promise<Ticket | null> {
    return byId(ctx, message.ticketId);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [Agent], {
    nullable: true,
    description:
      'The staff whom a note names, at most 20; for staff only. `@ana` names who has ana@… as mail address, `@Ana Oliveira` who is called so, `@[Ana](agt_…)` the person with that id. A name that fits two people names nobody, nor does what is code.',
  })
  async mentions(@Root() { mentionIds }: Message, @Ctx() ctx: Context): Promise<Agent[]> {
    const found = await Promise.all(mentionIds.map((id) => agentById(ctx, id)));
    return found.filter((agent) => agent !== null);
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'Who wrote it.' })
  author(@Root() { authorKind, authorId, authorName }: Message): object {
    return shown(authorKind, authorId, authorName);
  }
}

@Resolver(() => Ticket)
export class TicketMessages {
  @FieldResolver(() => MessageConnection, {
    description: 'Replies and, for staff, notes; oldest first.',
  })
  messages(
    @Root() ticket: Ticket,
    @Arg('visibility', () => MessageVisibility, { nullable: true, description: 'Only these.' })
    visibility: MessageVisibility | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Message>> {
    return findOf(ctx, ticket.id, { visibility, ...page });
  }
}
