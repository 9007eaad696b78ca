import { Auth, Personal, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { Agent } from '../../staff/agent/agent.ts';
import { agentById } from '../../staff/agent/queries.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { Draft } from './draft.ts';
import { draftsOfTicket } from './queries.ts';
import { DraftSaveInput, DraftSavePayload } from './input.ts';
import { saveDraft } from './mutations.ts';

@Resolver(() => Draft)
export class DraftResolver {
  @Auth({ scopes: ['tickets:write'], roles: [Role.AGENT] })
  @Mutation(() => DraftSavePayload, {
    description:
      'Saves what the calling agent is writing in a ticket, until it is sent there. Each agent has one reply and one note per ticket. Apps are refused.',
  })
  draftSave(
    @Arg('input', () => DraftSaveInput) input: DraftSaveInput,
    @Ctx() ctx: Context,
  ): Promise<DraftSavePayload> {
    return saveDraft(ctx, input);
  }

  @FieldResolver(() => Agent, { description: 'The agent who is writing it.' })
  author(@Root() { authorId }: Draft, @Ctx() ctx: Context): Promise<Agent | null> {
    return agentById(ctx, authorId);
  }
}

@Resolver(() => Ticket)
export class TicketDrafts {
  @Auth({ scopes: ['tickets:read'], roles: [Role.AGENT] })
  @Personal()
  @FieldResolver(() => [Draft], {
    nullable: true,
    description:
      'Texts that are not sent yet: the caller’s drafts and those that colleagues share, last saved first, at most 100.',
  })
  drafts(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Draft[]> {
    return draftsOfTicket(ctx, ticket.id);
  }
}
