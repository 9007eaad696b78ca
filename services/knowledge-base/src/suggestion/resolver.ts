import { Refusal, refusalToGraphqlError } from '@deskgraph/common/core/errors';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Ctx, Directive, FieldResolver, Int, Resolver, Root } from 'type-graphql';
import { headOf, textOf } from '../article/text.ts';
import { passage } from '../search/snippet.ts';
import { suggest } from './suggest.ts';
import { ArticleSuggestion, Ticket } from './suggestion.ts';

const MOST = 10;

@Resolver(() => Ticket)
export class TicketSuggestionResolver {
  @Directive('@requires(fields: "subject description locale")')
  @FieldResolver(() => [ArticleSuggestion], {
    nullable: true,
    description:
      'Published articles that may answer the ticket, the best first; staff also get internal ones. Only what fits well enough is suggested.',
  })
  async suggestedArticles(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 5,
      description: 'At most so many, 0 to 10; default 5.',
    })
    first: number | null,
    @Ctx() context: Context,
  ): Promise<ArticleSuggestion[]> {
    const most = first ?? 5;
    if (most < 0 || most > MOST) throw refusalToGraphqlError(new Refusal('INVALID', ['first']));
    return (await suggest(context, ticket)).slice(0, most);
  }
}

@Resolver(() => ArticleSuggestion)
export class ArticleSuggestionResolver {
  @FieldResolver(() => String, {
    description:
      'The passage that has most in common with the text, plain text of about 220 characters.',
  })
  async snippet(
    @Root() { article, found }: ArticleSuggestion,
    @Ctx() context: Context,
  ): Promise<string> {
    return (found.snippet ??= passage(
      (await textOf(context, article, null)).plain,
      headOf(article, null).title,
      found.terms,
      false,
    ));
  }
}
