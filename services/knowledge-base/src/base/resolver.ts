import { Auth, Role } from '@deskgraph/common/auth/access';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, ID, Mutation, Query, Resolver } from 'type-graphql';
import { KnowledgeBase } from './base.ts';
import {
  KnowledgeBaseCreateInput,
  KnowledgeBaseCreatePayload,
  createKnowledgeBase,
} from './create.ts';
import { findKnowledgeBases, findKnowledgeBase } from './find.ts';

@Resolver(() => KnowledgeBase)
export class KnowledgeBaseResolver {
  @Auth({ scopes: ['articles:read'] })
  @Query(() => [KnowledgeBase], {
    description:
      'The knowledge bases that the caller may read, oldest first. A workspace has at most 100.',
  })
  knowledgeBases(@Ctx() ctx: Context): Promise<KnowledgeBase[]> {
    return findKnowledgeBases(ctx);
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => KnowledgeBase, {
    nullable: true,
    description: 'A knowledge base by id or slug. Null when it does not exist for the caller.',
  })
  knowledgeBase(
    @Arg('id', () => ID, { nullable: true }) id: string | undefined,
    @Arg('slug', () => String, { nullable: true, description: 'The name in URLs.' }) slug:
      | string
      | undefined,
    @Ctx() ctx: Context,
  ): Promise<KnowledgeBase | null> {
    return findKnowledgeBase(ctx, id, slug);
  }

  @Auth({ scopes: ['articles:write'], roles: [Role.ADMIN] })
  @Mutation(() => KnowledgeBaseCreatePayload, { description: 'Create a knowledge base.' })
  knowledgeBaseCreate(
    @Arg('input', () => KnowledgeBaseCreateInput) input: KnowledgeBaseCreateInput,
    @Ctx() ctx: Context,
  ): Promise<KnowledgeBaseCreatePayload> {
    return createKnowledgeBase(ctx, input);
  }
}
