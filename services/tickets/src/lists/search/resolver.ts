import type { Context } from '@deskgraph/common/database/context';
import { Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import type { SearchEdge } from '../../model/lookup/queries.ts';
import { TicketEdge } from '../../model/ticket/ticket.ts';
import { findHighlights } from './find-highlights.ts';
import { Highlight } from './highlight.ts';

@Resolver(() => TicketEdge)
export class TicketHighlights {
  @FieldResolver(() => [Highlight], {
    nullable: true,
    description:
      'The passages that contain words of the filter’s `text`: subject, requester, and the 3 newest matching messages that the caller may read. Null without a text.',
  })
  highlights(
    @Root() { node, texts }: SearchEdge,
    @Ctx() ctx: Context,
  ): Promise<Highlight[]> | null {
    return texts ? findHighlights(ctx, node, texts) : null;
  }
}
