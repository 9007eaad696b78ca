import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';
import {
  TagCreateInput,
  TagCreatePayload,
  TagDeleteInput,
  TagDeletePayload,
  TagUpdateInput,
  TagUpdatePayload,
} from './input.ts';
import { createTag, deleteTag, updateTag } from './mutations.ts';
import { findTags, tagsByName, ticketCountOfTag } from './queries.ts';
import { Tag, TagConnection } from './tag.ts';

@Resolver(() => Tag)
export class TagResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => TagConnection, { description: 'Tags by name, for auto-completion.' })
  tags(
    @Arg('text', () => String, {
      nullable: true,
      description: 'The beginning of the name, at most 50 characters.',
    })
    text: string | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Tag>> {
    return findTags(ctx, { ...page, text });
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => TagCreatePayload, {
    description: 'Creates a tag. Tags are also created when a ticket is the first to get them.',
  })
  tagCreate(
    @Arg('input', () => TagCreateInput) input: TagCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TagCreatePayload> {
    return createTag(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => TagUpdatePayload, {
    description: 'Changes a tag, also on all tickets that have it.',
  })
  tagUpdate(
    @Arg('input', () => TagUpdateInput) input: TagUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TagUpdatePayload> {
    return updateTag(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => TagDeletePayload, {
    description: 'Deletes a tag; refused with IN_USE while a ticket has it, solved or not.',
  })
  tagDelete(
    @Arg('input', () => TagDeleteInput) input: TagDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TagDeletePayload> {
    return deleteTag(ctx, input);
  }

  @FieldResolver(() => Int, {
    description: 'The number of tickets with the tag that the caller may see.',
  })
  ticketCount(@Root() tag: Tag, @Ctx() ctx: Context): Promise<number> {
    return ticketCountOfTag(ctx, tag);
  }
}

@Resolver(() => Ticket)
export class TicketTags {
  @Auth({ roles: [Role.LIGHT, Role.ANALYST] })
  @FieldResolver(() => [Tag], {
    nullable: true,
    description: 'The tags, in the order in which they were added; for staff only.',
  })
  tags(@Root() ticket: Ticket, @Ctx() ctx: Context): Promise<Tag[]> {
    return tagsByName(ctx, ticket.tags);
  }
}
