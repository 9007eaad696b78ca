import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { KnowledgeBase } from './base.ts';
import { KnowledgeBaseCreateInput, KnowledgeBaseCreatePayload, create } from './create.ts';
import { all, one } from './find.ts';

@Resolver(() => KnowledgeBase)
export class KnowledgeBaseResolver {
  @Auth({ scopes: ['articles:read'] })
  @Query(() => [KnowledgeBase], {
    description:
      'The knowledge bases that the caller may read, oldest first; a workspace has at most 100.',
  })
  knowledgeBases(@Ctx() context: Context): Promise<KnowledgeBase[]> {
    return all(context);
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => KnowledgeBase, {
    nullable: true,
    description:
      'One knowledge base by its id or by its slug; null when there is none for the caller.',
  })
  knowledgeBase(
    @Arg('id', () => ID, { nullable: true }) id: string | undefined,
    @Arg('slug', () => String, { nullable: true, description: 'The name in addresses.' }) slug:
      | string
      | undefined,
    @Ctx() context: Context,
  ): Promise<KnowledgeBase | null> {
    return one(context, id, slug);
  }

  @Auth({ scopes: ['articles:write'], roles: [Role.ADMIN] })
  @Mutation(() => KnowledgeBaseCreatePayload, { description: 'Create a knowledge base.' })
  knowledgeBaseCreate(
    @Arg('input', () => KnowledgeBaseCreateInput) input: KnowledgeBaseCreateInput,
    @Ctx() context: Context,
  ): Promise<KnowledgeBaseCreatePayload> {
    return create(context, input);
  }
}
