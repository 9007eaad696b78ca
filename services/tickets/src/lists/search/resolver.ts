import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { SearchEdge } from '../../model/lookup/queries.ts';
import { TicketEdge } from '../../model/ticket/ticket.ts';
import { highlightsOf } from './find.ts';
import { Highlight } from './highlight.ts';

@Resolver(() => TicketEdge)
export class TicketHighlights {
  @FieldResolver(() => [Highlight], {
    nullable: true,
    description:
      'Where the words of the filter’s `text` stand: subject, requester, and the 3 newest messages that hold one; only of what the caller may read. Null without a text.',
  })
  highlights(
    @Root() { node, texts }: SearchEdge,
    @Ctx() ctx: Context,
  ): Promise<Highlight[]> | null {
    return texts ? highlightsOf(ctx, node, texts) : null;
  }
}
