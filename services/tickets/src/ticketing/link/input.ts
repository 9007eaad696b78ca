import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { TicketLinkKind } from '../../model/ticket/link.ts';

const STANDS = 'The ticket as it now stands; null when refused.';

@InputType({ description: 'Input of ticketLink.' })
export class TicketLinkInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => ID, { description: 'The other ticket.' }) otherId!: string;
  @Field(() => TicketLinkKind, { description: 'What the other becomes to this one.' })
  kind!: TicketLinkKind;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketLink.' })
export class TicketLinkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketUnlink.' })
export class TicketUnlinkInput {
  @Field(() => ID, { description: 'Which ticket.' }) id!: string;
  @Field(() => ID, { description: 'The other ticket.' }) otherId!: string;
  @Field(() => TicketLinkKind, { description: 'What the other is to this one until now.' })
  kind!: TicketLinkKind;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketUnlink.' })
export class TicketUnlinkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: STANDS }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketsGroup; exactly one of `problemId` and `subject`.' })
export class TicketsGroupInput {
  static readonly bounds = optionalFields({
    ids: z.array(z.string()).min(1).max(1000),
    subject: singleLine(255),
  });
  @Field(() => [ID], { description: 'The tickets that become incidents, 1 to 1,000.' })
  ids!: string[];
  @Field(() => ID, {
    nullable: true,
    description: 'The problem that they are incidents of, which is no incident itself.',
  })
  problemId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The subject of a new problem: one line of 1 to 255 characters. The caller asks in it; channel, category and department are those of the first incident.',
  })
  subject?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketsGroup.' })
export class TicketsGroupPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: 'The problem as it now stands; null when refused.',
  })
  problem?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, to look at or to take back; null when refused, and when all of them were its incidents already.',
  })
  operation?: Operation | null;
}
