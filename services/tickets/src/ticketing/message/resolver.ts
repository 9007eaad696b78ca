import { Auth, Role } from '@deskgraph/common/auth/access';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { type Page, PageArgs } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { actorReference } from '../../model/actor/actor-reference.ts';
import { ticketById } from '../../model/lookup/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { addMessage } from './add.ts';
import { cancelMessage } from './cancel.ts';
import { findMessages } from '../../model/message/queries.ts';
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
      'Adds a reply or a note. A reply of a requester reopens a ticket that is PENDING or SOLVED; to a CLOSED ticket it creates a follow-up.',
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
      'Cancels a message of any author while it is SCHEDULED; a cancelled message stays cancelled. Its files can be sent with another message by their uploader.',
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
      'Removes a text or files from a message permanently, also from the search; `[redacted]` remains in their place. The subject of the ticket does not change.',
  })
  messageRedact(
    @Arg('input', () => MessageRedactInput) input: MessageRedactInput,
    @Ctx() ctx: Context,
  ): Promise<MessageRedactPayload> {
    return redactMessage(ctx, input);
  }

  @FieldResolver(() => Ticket, { description: 'The ticket to which the message belongs.' })
  ticket(@Root() message: Message, @Ctx() ctx: Context): Promise<Ticket | null> {
    return ticketById(ctx, message.ticketId);
  }

  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [Agent], {
    nullable: true,
    description:
      'The agents whom a note mentions, at most 20; for staff only. `@ana` mentions the agent whose e-mail address begins with ana@, `@Ana Oliveira` the agent of that name, `@[Ana](agt_…)` the agent with that id. A name of two agents mentions neither, and names in code mention no one.',
  })
  async mentions(@Root() { mentionIds }: Message, @Ctx() ctx: Context): Promise<Agent[]> {
    const agents = await Promise.all(mentionIds.map((id) => agentById(ctx, id)));
    return agents.filter((agent) => agent !== null);
  }

  @FieldResolver(() => ActorView, { nullable: true, description: 'The author of the message.' })
  author(@Root() { authorKind, authorId, authorName }: Message): object {
    return actorReference(authorKind, authorId, authorName);
  }
}

@Resolver(() => Ticket)
export class TicketMessages {
  @FieldResolver(() => MessageConnection, {
    description: 'The replies and, for staff, the notes; oldest first.',
  })
  messages(
    @Root() ticket: Ticket,
    @Arg('visibility', () => MessageVisibility, {
      nullable: true,
      description: 'Only messages of this visibility.',
    })
    visibility: MessageVisibility | null,
    @Args(() => PageArgs) page: PageArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Message>> {
    return findMessages(ctx, ticket.id, { visibility, ...page });
  }
}
