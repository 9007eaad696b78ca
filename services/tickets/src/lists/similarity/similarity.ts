import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, Float, Int, ObjectType } from 'type-graphql';
import { Ticket } from '../../model/ticket/ticket.ts';

@ObjectType({ simpleResolvers: true, description: 'A ticket that is like another.' })
export class SimilarTicket {
  @Field(() => Ticket, { description: 'The other ticket.' }) ticket!: Ticket;
  @Field(() => Float, {
    description:
      'How much the two have in common, from 0 to 1: rare words count more than common ones, subjects more than texts.',
  })
  score!: number;
}

@ObjectType({
  simpleResolvers: true,
  description: 'Alike tickets that nobody has made incidents of a problem yet.',
})
export class TicketCluster {
  @Field(() => String, { description: 'Words that most of them have in common.' }) label!: string;
  @Field(() => Int, { description: 'How many they are.' }) count!: number;
  @Field(() => DateTime, { description: 'When the first of them was created.' }) since!: Date;
  /** The first of them. */
  id!: string;
  /** All of them. */
  ids!: string[];
  /** The clusters that were found with it. */
  all!: readonly TicketCluster[];
}
