import { Auth, Role } from '@deskgraph/common/auth/access';
import { sql } from '@deskgraph/common/database/database';
import { ids } from '@deskgraph/common/database/query';
import { Refusal, refusalToGraphqlError } from '@deskgraph/common/core/errors';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import { Direction, ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { Duration } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { findTicketClusters } from './find-clusters.ts';
import { SimilarTicket, TicketCluster } from './similarity.ts';
import { findSimilarTickets } from './find-similar.ts';

const MAX_SIMILAR = 10;

@Resolver(() => Ticket)
export class SimilarTickets {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [SimilarTicket], {
    nullable: true,
    description:
      'Tickets with similar subjects and descriptions, best match first, above a minimum score. Staff only.',
  })
  async similar(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 5,
      description: 'The maximum number of tickets, 0 to 10. Default 5.',
    })
    first: number | null,
    @Ctx() ctx: Context,
  ): Promise<SimilarTicket[]> {
    const limit = first ?? 5;
    if (limit < 0 || limit > MAX_SIMILAR)
      throw refusalToGraphqlError(new Refusal('INVALID', ['first']));
    return (await findSimilarTickets(ctx, ticket)).slice(0, limit);
  }
}

@Resolver(() => TicketCluster)
export class TicketClusters {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT] })
  @Query(() => [TicketCluster], {
    description:
      'Clusters of three or more similar recent tickets that are not incidents of a problem yet, largest first. The newest 2,000 tickets are compared.',
  })
  ticketClusters(
    @Arg('within', () => Duration, {
      nullable: true,
      defaultValue: 'P7D',
      description: 'The period to look back, at most P90D. Default P7D.',
    })
    within: string | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 10,
      description: 'The maximum number of clusters, 0 to 50. Default 10.',
    })
    first: number | null,
    @Ctx() ctx: Context,
  ): Promise<TicketCluster[]> {
    return findTicketClusters(ctx, within ?? 'P7D', first ?? 10);
  }

  @FieldResolver(() => TicketConnection, { description: 'The tickets, oldest first.' })
  tickets(
    @Root() cluster: TicketCluster,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return nestedPage(ctx, clusterTickets(ctx, cluster), cluster.id, page);
  }
}

/** The tickets of all clusters of a response are read together. */
const clusterTickets = (ctx: Context, { responseClusters }: TicketCluster): NestedList<Ticket> => {
  const pairs = responseClusters.flatMap(({ id, ticketIds }) =>
    ticketIds.map((ticketId) => ({ id, ticketId })),
  );
  const ticketIds = pairs.map(({ ticketId }) => ticketId);
  return {
    Entity: Ticket,
    name: `tickets of clusters ${responseClusters.map(({ id }) => id).join(' ')}`,
    prefix: 'tkt',
    columns: sql`t.*`,
    from: sql`
      unnest(${ids('tkt', pairs)}, ${ids('tkt', ticketIds)}) as member(first_id, id)
      join ticket t on t.id = member.id`,
    belongsTo: sql`member.first_id = owner.id`,
    where: visibleTicketSql(ctx.actor),
    order: [
      { by: sql`t.created_at`, type: 'timestamptz', direction: Direction.ASC },
      { by: sql`t.id`, type: 'uuid', direction: Direction.ASC },
    ],
  };
};
