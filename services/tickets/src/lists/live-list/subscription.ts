import { Auth, Role } from '@deskgraph/common/auth/access';
import { DEFAULT_PAGE_SIZE } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Int, Resolver, Root, Subscription } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { TicketOrder } from '../../model/filter/order.ts';
import { TicketChange } from './change.ts';
import type { Wish } from './read.ts';
import { share } from './shared-lists.ts';

/** A list that stays right. The method only shows what was told; `share` tells. */
@Resolver(() => TicketChange)
export class TicketLists {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Subscription(() => TicketChange, {
    description:
      'A list of tickets that stays right: the list first, then every change of it, also those that only time brings. It is what the query `tickets` answers with the same arguments. Who was away subscribes anew and begins with the list.',
    subscribe: ({ context, args }: { context: Context; args: Wish }) => share(context, args),
  })
  ticketChanges(
    @Root() change: TicketChange,
    @Arg('filter', () => TicketFilter, { nullable: true, description: 'Of these tickets.' })
    _filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], {
      nullable: true,
      description: 'In this order, of at most 3 keys; default QUEUE.',
    })
    _orderBy: TicketOrder[] | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE_SIZE,
      description: 'How many of the first ones; at most 100.',
    })
    _first: number | null,
  ): TicketChange {
    return change;
  }
}
