import { Auth } from '@deskgraph/common/auth/access';
import { ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { Locale } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, ID, Query, Resolver, Root } from 'type-graphql';
import { articleHead, articleText } from '../article/text.ts';
import { articleSnippet } from './snippet.ts';
import { ArticleHit, ArticleHitConnection } from './hit.ts';
import { searchArticles } from './search.ts';

@Resolver(() => ArticleHit)
export class ArticleHitResolver {
  @FieldResolver(() => String, {
    description:
      'The passage with most of the words: plain text of about 220 characters, with `**` around the words.',
  })
  async snippet(@Root() { article, terms }: ArticleHit, @Ctx() ctx: Context): Promise<string> {
    return articleSnippet(
      (await articleText(ctx, article, null)).plain,
      articleHead(article, null).title,
      terms,
      true,
    );
  }

  @Auth({ scopes: ['articles:read'] })
  @Query(() => ArticleHitConnection, {
    description:
      'Articles that the caller may read and that contain the words, most relevant first, in any language. Words also match by prefix. An article has to contain most of the words.',
  })
  articleSearch(
    @Arg('query', () => String, { description: 'The words to search for, at most 200 characters.' })
    query: string,
    @Arg('locale', () => Locale, { nullable: true }) _locale: string | undefined,
    @Arg('knowledgeBaseIds', () => [ID], {
      nullable: true,
      description: 'Restricts the search to these knowledge bases, at most 100.',
    })
    knowledgeBaseIds: string[] | undefined,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<ArticleHit>> {
    return searchArticles(ctx, Object.assign(page, { query, knowledgeBaseIds }));
  }
}
