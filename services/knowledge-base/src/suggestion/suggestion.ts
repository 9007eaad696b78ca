import { Node } from '@deskgraph/common/graphql/shared-types';
import { Locale } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, Float, ID, ObjectType } from 'type-graphql';
import { Article } from '../article/article.ts';
import type { RankedArticle } from './cache.ts';

@ObjectType({ simpleResolvers: true, description: 'An article that may answer a ticket.' })
export class ArticleSuggestion {
  @Field(() => Article, { description: 'The article, in its published version.' })
  article!: Article;
  @Field(() => Float, {
    description:
      'The relevance, from 0 to 1. Rare words count more than common ones, titles and subjects more than texts.',
  })
  score!: number;
  /** The cached ranking. */
  found!: RankedArticle;
}

/** The part of a ticket that suggestions need. The tickets service owns it. */
@ObjectType({ implements: Node, simpleResolvers: true })
@Directive('@key(fields: "id")')
export class Ticket {
  @Field(() => ID) id!: string;
  @Directive('@external') @Field(() => String) subject!: string;
  @Directive('@external') @Field(() => String) description!: string;
  @Directive('@external') @Field(() => Locale, { nullable: true }) locale?: string | null;
}
