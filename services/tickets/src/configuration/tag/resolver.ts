import { Auth, Role } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { Refusal } from '@deskgraph/common/core/errors';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Int, Mutation, Query, Resolver, Root } from 'type-graphql';
import { matches } from '../../model/filter/sql.ts';
import { visible } from '../../model/rights/visible.ts';
import { TagCreateInput, TagCreatePayload, createTag } from './create.ts';
import { TagDeleteInput, TagDeletePayload, deleteTag } from './delete.ts';
import { findTags } from './find.ts';
import { Tag, TagConnection } from './tag.ts';
import { TagUpdateInput, TagUpdatePayload, updateTag } from './update.ts';

@Resolver(() => Tag)
export class TagResolver {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT, Role.ANALYST] })
  @Query(() => TagConnection, {
    description: 'Labels by name, for completion while a person types.',
  })
  tags(
    @Arg('text', () => String, {
      nullable: true,
      description: 'What the name begins with, at most 50 characters.',
    })
    text: string | null,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Tag>> {
    if ((text?.length ?? 0) > 50) throw new Refusal([{ code: 'TOO_LONG', field: ['text'] }]);
    return findTags(ctx, { ...page, text });
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => TagCreatePayload, {
    description: 'Creates a label; tickets also make those that they are the first to have.',
  })
  tagCreate(
    @Arg('input', () => TagCreateInput) input: TagCreateInput,
    @Ctx() ctx: Context,
  ): Promise<TagCreatePayload> {
    return createTag(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => TagUpdatePayload, {
    description: 'Changes a label, also on all tickets that have it.',
  })
  tagUpdate(
    @Arg('input', () => TagUpdateInput) input: TagUpdateInput,
    @Ctx() ctx: Context,
  ): Promise<TagUpdatePayload> {
    return updateTag(ctx, input);
  }

  @Auth({ scopes: ['settings:write'], roles: [Role.LEAD] })
  @Mutation(() => TagDeletePayload, {
    description: 'Deletes a label; refused with IN_USE while a ticket has it, solved or not.',
  })
  tagDelete(
    @Arg('input', () => TagDeleteInput) input: TagDeleteInput,
    @Ctx() ctx: Context,
  ): Promise<TagDeletePayload> {
    return deleteTag(ctx, input);
  }

  @FieldResolver(() => Int, { description: 'How many tickets that the caller may see have it.' })
  ticketCount(@Root() tag: Tag, @Ctx() ctx: Context): Promise<number> {
    return ctx.load.byKey(
      'tickets of tags',
      tag.name,
      async (names) => {
        const em = await ctx.read();
        const { rows } = await sql<{ name: string; count: number }>`
        select g.name, count(*)::integer as count from ticket_tag g join ticket t on t.id = g.ticket_id
        where g.workspace_id = ${ctx.workspace}::uuid and g.name = any(${names}::text[]) and ${visible(ctx.actor)} and ${matches(null, ctx.actor, new Set())} group by g.name`.execute(
          em.getKysely(),
        );
        return new Map(rows.map((row) => [row.name, row.count]));
      },
      0,
    );
  }
}
