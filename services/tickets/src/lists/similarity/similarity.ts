import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';

@ObjectType({ simpleResolvers: true, description: 'A similar ticket.' })
export class SimilarTicket {
  @Field(() => Ticket, { description: 'The other ticket.' }) ticket!: Ticket;
  @Field(() => Float, {
    description:
      'The similarity, from 0 to 1. Rare words count more than common ones, subjects more than texts.',
  })
  score!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Similar tickets that are not incidents of a problem yet.',
})
export class TicketCluster {
  @Field(() => String, { description: 'The words that most of the tickets share.' }) label!: string;
  @Field(() => Int, { description: 'The number of tickets.' }) count!: number;
  @Field(() => DateTime, { description: 'When the first ticket was created.' }) since!: Date;
  /** The id of the first ticket. */
  id!: string;
  ticketIds!: string[];
  /** All clusters of the response, this one included. */
  responseClusters!: readonly TicketCluster[];
}
