import { Auth, Role } from '@deskgraph/common/auth/access';
import { sql, uuidArray } from '@deskgraph/common/database/database';
import { Refusal, refusalToGraphqlError } from '@deskgraph/common/core/errors';
import { type NestedList, nestedPage } from '@deskgraph/common/database/nested-connection';
import { Direction, ForwardArgs, type Page } from '@deskgraph/common/database/pagination';
import { Duration } from '@deskgraph/common/graphql/scalars';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Args, Ctx, FieldResolver, Int, Query, Resolver, Root } from 'type-graphql';
import { Ticket, TicketConnection } from '../../model/ticket/ticket.ts';
import { visibleTicketSql } from '../../model/rights/visible.ts';
import { clusters } from './clusters.ts';
import { SimilarTicket, TicketCluster } from './similarity.ts';
import { similarTo } from './similar.ts';

const MOST = 10;

@Resolver(() => Ticket)
export class SimilarTickets {
  @Auth({ roles: [Role.LIGHT] })
  @FieldResolver(() => [SimilarTicket], {
    nullable: true,
    description:
      'Tickets that are like it by their subjects and descriptions, best first; only what fits well enough. For staff only.',
  })
  async similar(
    @Root() ticket: Ticket,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 5,
      description: 'At most so many, 0 to 10; default 5.',
    })
    first: number | null,
    @Ctx() ctx: Context,
  ): Promise<SimilarTicket[]> {
    const most = first ?? 5;
    if (most < 0 || most > MOST) throw refusalToGraphqlError(new Refusal('INVALID', ['first']));
    return (await similarTo(ctx, ticket)).slice(0, most);
  }
}

@Resolver(() => TicketCluster)
export class TicketClusters {
  @Auth({ scopes: ['tickets:read'], roles: [Role.LIGHT] })
  @Query(() => [TicketCluster], {
    description:
      'Alike tickets of late that are no incidents of a problem yet, three and more, the biggest cluster first. The newest 2,000 tickets are compared.',
  })
  ticketClusters(
    @Arg('within', () => Duration, {
      nullable: true,
      defaultValue: 'P7D',
      description: 'Look back so far, at most P90D; default P7D.',
    })
    within: string | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: 10,
      description: 'At most so many, 0 to 50; default 10.',
    })
    first: number | null,
    @Ctx() ctx: Context,
  ): Promise<TicketCluster[]> {
    return clusters(ctx, within ?? 'P7D', first ?? 10);
  }

  @FieldResolver(() => TicketConnection, { description: 'The tickets, oldest first.' })
  tickets(
    @Root() cluster: TicketCluster,
    @Args(() => ForwardArgs) page: ForwardArgs,
    @Ctx() ctx: Context,
  ): Promise<Page<Ticket>> {
    return nestedPage(ctx, membersOf(ctx, cluster), cluster.id, page);
  }
}

/** The members of all clusters of an answer are read together. */
const membersOf = (ctx: Context, { all }: TicketCluster): NestedList<Ticket> => {
  const members = all.flatMap(({ id, ids }) => ids.map((member) => [id, member] as const));
  const column = (at: 0 | 1) =>
    uuidArray(
      'tkt',
      members.map((pair) => pair[at]),
    );
  return {
    Entity: Ticket,
    name: `tickets of clusters ${all.map(({ id }) => id).join(' ')}`,
    prefix: 'tkt',
    columns: sql`t.*`,
    from: sql`unnest(${column(0)}, ${column(1)}) as member(first_id, id) join ticket t on t.id = member.id`,
    belongsTo: sql`member.first_id = owner.id`,
    where: visibleTicketSql(ctx.actor),
    order: [
      { by: sql`t.created_at`, type: 'timestamptz', direction: Direction.ASC },
      { by: sql`t.id`, type: 'uuid', direction: Direction.ASC },
    ],
  };
};
