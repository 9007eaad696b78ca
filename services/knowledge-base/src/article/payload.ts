import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { type ClassType, Field, ObjectType } from 'type-graphql';
import { Article } from './article.ts';
import { articleById } from './find.ts';

export interface ArticlePayload extends Payload {
  article?: Article | null;
}

function payloadOf(operation: string): ClassType<ArticlePayload> {
  @ObjectType(`${operation[0]!.toUpperCase()}${operation.slice(1)}Payload`, {
    simpleResolvers: true,
    description: `Result of ${operation}.`,
  })
  class Result extends Payload {
    @Field(() => Article, {
      nullable: true,
      description: afterChange('article'),
    })
    article?: Article | null;
  }
  return Result;
}

export const ArticleCreatePayload = payloadOf('articleCreate');
export const ArticleUpdatePayload = payloadOf('articleUpdate');
export const ArticlePublishPayload = payloadOf('articlePublish');
export const ArticleArchivePayload = payloadOf('articleArchive');

/** The payload of a mutation, with the article after the change. */
export async function articlePayload(ctx: Context, id: string): Promise<ArticlePayload> {
  await ctx.em.flush();
  ctx.load.clear();
  return { article: await articleById(ctx, id), userErrors: [] };
}
