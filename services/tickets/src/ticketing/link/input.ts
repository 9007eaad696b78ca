import { afterChange } from '@deskgraph/common/graphql/crud-types';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { singleLine, optionalFields, z } from '@deskgraph/common/graphql/input';
import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { Operation } from '../../model/operation/operation.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { TicketLinkKind } from '../../model/ticket/link.ts';

const TICKET = afterChange('ticket');

@InputType({ description: 'Input of ticketLink.' })
export class TicketLinkInput {
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => ID, { description: 'The other ticket.' }) otherId!: string;
  @Field(() => TicketLinkKind, { description: 'The role that the other ticket gets for this one.' })
  kind!: TicketLinkKind;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketLink.' })
export class TicketLinkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketUnlink.' })
export class TicketUnlinkInput {
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => ID, { description: 'The other ticket.' }) otherId!: string;
  @Field(() => TicketLinkKind, { description: 'The role that the other ticket has for this one.' })
  kind!: TicketLinkKind;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketUnlink.' })
export class TicketUnlinkPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
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
    description: 'The problem. It must not be an incident itself.',
  })
  problemId?: string | null;
  @Field(() => String, {
    nullable: true,
    description:
      'The subject of a new problem: one line of 1 to 255 characters. The caller is its requester; channel, category and department are those of the first incident.',
  })
  subject?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketsGroup.' })
export class TicketsGroupPayload extends Payload {
  @Field(() => Ticket, {
    nullable: true,
    description: afterChange('problem'),
  })
  problem?: Ticket | null;
  @Field(() => Operation, {
    nullable: true,
    description:
      'The operation, which can be viewed and undone. Null when refused, and when all tickets already were incidents of the problem.',
  })
  operation?: Operation | null;
}
