import { Refusal, refusalToGraphqlError } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { articleHead, articleText } from '../article/text.ts';
import { articleSnippet } from '../search/snippet.ts';
import { suggestArticles } from './suggest.ts';
import { ArticleSuggestion, Ticket } from './suggestion.ts';

const MAX_SUGGESTIONS = 10;

@Resolver(() => Ticket)
export class TicketSuggestionResolver {
  @Directive('@requires(fields: "subject description locale")')
  @FieldResolver(() => [ArticleSuggestion], {
    nullable: true,
    description:
      'Published articles that may answer the ticket, best match first. Staff also get internal ones. Articles below a minimum score are not suggested.',
  })
  async suggestedArticles(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 5,
      description: 'The maximum number of suggestions, 0 to 10. Default 5.',
    })
    first: number | null,
    @Ctx() ctx: Context,
  ): Promise<ArticleSuggestion[]> {
    const most = first ?? 5;
    if (most < 0 || most > MAX_SUGGESTIONS)
      throw refusalToGraphqlError(new Refusal('INVALID', ['first']));
    return (await suggestArticles(ctx, ticket)).slice(0, most);
  }
}

@Resolver(() => ArticleSuggestion)
export class ArticleSuggestionResolver {
  @FieldResolver(() => String, {
    description:
      'The passage that has most in common with the ticket: plain text of about 220 characters.',
  })
  async snippet(
    @Root() { article, found }: ArticleSuggestion,
    @Ctx() ctx: Context,
  ): Promise<string> {
    return (found.snippet ??= articleSnippet(
      (await articleText(ctx, article, null)).plain,
      articleHead(article, null).title,
      found.terms,
      false,
    ));
  }
}
