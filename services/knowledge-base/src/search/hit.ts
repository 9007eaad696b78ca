import { connectionType } from '@deskgraph/common/database/pagination';
import { Field, Float, ObjectType } from 'type-graphql';
import { Article } from '../article/article.ts';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

@ObjectType({ simpleResolvers: true, description: 'A search result.' })
export class ArticleHit {
  @Field(() => Article, { description: 'The article.' }) article!: Article;
  @Field(() => Float, {
    description:
      'The relevance, from 0 to 1. Words in the title count most, then keywords, then the text.',
  })
  score!: number;
  /** The terms of the search. */
  terms!: readonly SearchTerm[];
}

export const ArticleHitConnection = connectionType(
  ArticleHit,
  'ArticleHit',
  'search results, most relevant first',
);
