import { Payload } from '@deskgraph/common/graphql/shared-types';
import type { Context } from '@deskgraph/common/database/context';
import { type ClassType, Field, ObjectType } from 'type-graphql';
import { Article } from './article.ts';
import { byId } from './find.ts';

export interface ArticlePayload extends Payload {
  article?: Article | null;
}

function payloadOf(operation: string): ClassType<ArticlePayload> {
  @ObjectType(`${operation[0]!.toUpperCase()}${operation.slice(1)}Payload`, {
    simpleResolvers: true,
    description: `The result of ${operation}.`,
  })
  class Result extends Payload {
    @Field(() => Article, {
      nullable: true,
      description: 'The article as it now stands; null when refused.',
    })
    article?: Article | null;
  }
  return Result;
}

export const ArticleCreatePayload = payloadOf('articleCreate');
export const ArticleUpdatePayload = payloadOf('articleUpdate');
export const ArticlePublishPayload = payloadOf('articlePublish');
export const ArticleArchivePayload = payloadOf('articleArchive');

/** The payload of a verb: the article as it now stands. */
export async function stands(context: Context, id: string): Promise<ArticlePayload> {
  await context.em.flush();
  context.load.clear();
  return { article: await byId(context, id), userErrors: [] };
}
