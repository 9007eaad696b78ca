import { Payload } from '@deskgraph/common/graph';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Ticket } from '../ticket/ticket.ts';
import { TicketLinkKind } from './link.ts';

const STANDS = 'The ticket as it now stands; null when refused.';

@InputType({ description: 'Input of ticketLink.' })
export class TicketLinkInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => ID, { description: 'The other ticket.' }) otherId!: string;
  @Field(() => TicketLinkKind, { description: 'What the other becomes to this one.' }) kind!: TicketLinkKind;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketLink.' })
export class TicketLinkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketUnlink.' })
export class TicketUnlinkInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => ID, { description: 'The other ticket.' }) otherId!: string;
  @Field(() => TicketLinkKind, { description: 'What the other is to this one until now.' }) kind!: TicketLinkKind;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketUnlink.' })
export class TicketUnlinkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}
