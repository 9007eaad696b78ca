import { Auth, Role } from '@deskgraph/common/auth/access';
import { DEFAULT_PAGE_SIZE } from '@deskgraph/common/database/pagination';
import type { Context } from '@deskgraph/common/database/context';
import { Arg, Int, Resolver, Root, Subscription } from 'type-graphql';
import { TicketFilter } from '@deskgraph/common/contract/ticket-filter';
import { TicketOrder } from '../../model/filter/order.ts';
import { TicketChange } from './change.ts';
import type { TicketListRequest } from './read.ts';
import { subscribeToList } from './shared-lists.ts';

@Resolver(() => TicketChange)
export class TicketLists {
  @Auth({ scopes: ['tickets:read'], roles: [Role.REQUESTER, Role.LIGHT] })
  @Subscription(() => TicketChange, {
    description:
      'A live list of tickets: the list first, then every change, including those caused by time alone. It always equals the result of the query `tickets` with the same arguments. After a disconnect, subscribe again and start with the list.',
    subscribe: ({ context, args }: { context: Context; args: TicketListRequest }) =>
      subscribeToList(context, args),
  })
  ticketChanges(
    @Root() change: TicketChange,
    @Arg('filter', () => TicketFilter, { nullable: true, description: 'Only matching tickets.' })
    _filter: TicketFilter | null,
    @Arg('orderBy', () => [TicketOrder], {
      nullable: true,
      description: 'The order, at most 3 keys. Default QUEUE.',
    })
    _orderBy: TicketOrder[] | null,
    @Arg('first', () => Int, {
      nullable: true,
      defaultValue: DEFAULT_PAGE_SIZE,
      description: 'The number of tickets in the list, at most 100.',
    })
    _first: number | null,
  ): TicketChange {
    return change;
  }
}
