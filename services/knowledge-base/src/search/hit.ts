import { connectionType } from '@deskgraph/common/database/pagination';
import { Field, Float, ObjectType } from 'type-graphql';
import { Article } from '../article/article.ts';
import type { SearchTerm } from '@deskgraph/common/text/tokenizer';

@ObjectType({ simpleResolvers: true, description: 'An article that a search found.' })
export class ArticleHit {
  @Field(() => Article, { description: 'The article.' }) article!: Article;
  @Field(() => Float, {
    description:
      'How well it fits, from 0 to 1: words in the title count most, then keywords, then the text.',
  })
  score!: number;
  /** What was looked for. */
  terms!: readonly SearchTerm[];
}

export const ArticleHitConnection = connectionType(
  ArticleHit,
  'ArticleHit',
  'articles that a search found, the best first',
);
