import { Auth } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { headOf, textOf } from '../article/text.ts';
import { passage } from './snippet.ts';
import { ArticleHit, ArticleHitConnection } from './hit.ts';
import { search } from './search.ts';

@Resolver(() => ArticleHit)
export class ArticleHitResolver {
  @FieldResolver(() => String, {
    description:
      'The passage that holds most of the words, plain text of about 220 characters with `**` around them.',
  })
  async snippet(@Root() { article, terms }: ArticleHit, @Ctx() context: Context): Promise<string> {
    return passage(
      (await textOf(context, article, null)).plain,
      headOf(article, null).title,
      terms,
      true,
    );
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => ArticleHitConnection, {
    description:
      'Articles that the caller may read and that hold the words, the best first, in any language. A word is also found by its beginning, so that other endings fit; of many words most must be there.',
  })
  articleSearch(
    @Arg('query', () => String, { description: 'The words, at most 200 characters.' })
    query: string,
    @Arg('locale', () => Locale, { nullable: true }) _locale: string | undefined,
    @Arg('knowledgeBaseIds', () => [ID], {
      nullable: true,
      description: 'Only in these bases, at most 100.',
    })
    knowledgeBaseIds: string[] | undefined,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() context: Context,
  ): Promise<Page<ArticleHit>> {
    return search(context, Object.assign(page, { query, knowledgeBaseIds }));
  }
}
