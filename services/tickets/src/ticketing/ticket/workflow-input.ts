import { ResolutionCode, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import { EXPECTED_VERSION, afterChange } from '@deskgraph/common/graphql/crud-types';
import { maxUtf8Bytes, multiLine, optionalFields } from '@deskgraph/common/graphql/input';
import { CursorScalar } from '@deskgraph/common/graphql/scalars';
import { Payload } from '@deskgraph/common/graphql/shared-types';
import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { UnseenActivity } from '../../history/event/conflict-check.ts';
import { MAX_BODY_BYTES } from '../../model/message/message.ts';
import { Ticket } from '../../model/ticket/ticket.ts';
import { RequesterInput } from '../../people/requester/input.ts';

const TICKET = afterChange('ticket');

@InputType({ description: 'Input of ticketStatusChange.' })
export class TicketStatusChangeInput {
  static readonly bounds = optionalFields({
    resolution: multiLine(4000),
    reply: maxUtf8Bytes(MAX_BODY_BYTES),
  });
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => TicketStatus, {
    nullable: true,
    description:
      'The new status: OPEN, PENDING, ON_HOLD or SOLVED, without a custom status. Exactly one of `status` and `customStatusId` is required.',
  })
  status?: TicketStatus | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The new custom status; the rules of its base status apply.',
  })
  customStatusId?: string | null;
  @Field(() => ResolutionCode, {
    nullable: true,
    description:
      'For SOLVED: the resolution code. Default ANSWERED if an agent has replied, else required.',
  })
  resolutionCode?: ResolutionCode | null;
  @Field(() => String, {
    nullable: true,
    description: 'For SOLVED: a description of the resolution, at most 4,000 characters.',
  })
  resolution?: string | null;
  @Field(() => Boolean, {
    nullable: true,
    defaultValue: true,
    description:
      'For SOLVED of a problem: whether its incidents are solved with it, with the resolution code INCIDENT. Default true.',
  })
  solveIncidents?: boolean | null;
  @Field(() => String, {
    nullable: true,
    description:
      'For SOLVED: a public reply to the requester of each solved ticket, Markdown, at most 64 KiB.',
  })
  reply?: string | null;
  @Field(() => CursorScalar, {
    nullable: true,
    description:
      'The `Ticket.cursor` that the caller has read. If others have acted since, the mutation is refused and `unseenActivity` contains their events. Without it this is not checked.',
  })
  seen?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION }) expectedVersion?:
    | number
    | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketStatusChange.' })
export class TicketStatusChangePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
  @Field(() => UnseenActivity, {
    nullable: true,
    description: 'The events of others since `seen`. Null unless refused with UNSEEN_ACTIVITY.',
  })
  unseenActivity?: UnseenActivity | null;
}

@InputType({ description: 'Input of ticketReopen.' })
export class TicketReopenInput {
  static readonly bounds = optionalFields({ reason: maxUtf8Bytes(MAX_BODY_BYTES) });
  @Field(() => ID, { description: 'The ticket; it must be SOLVED.' }) id!: string;
  @Field(() => String, {
    nullable: true,
    description:
      'The reason, Markdown, at most 64 KiB. It is added to the ticket: as a reply if the caller is the requester, else as a private note.',
  })
  reason?: string | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketReopen.' })
export class TicketReopenPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketAssign. Fields that are left out stay; null unassigns.' })
export class TicketAssignInput {
  static readonly bounds = optionalFields({ comment: maxUtf8Bytes(MAX_BODY_BYTES) });
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => ID, {
    nullable: true,
    description: 'The assignee, `me` for the caller; null unassigns.',
  })
  assigneeId?: string | null;
  @Field(() => ID, {
    nullable: true,
    description: 'The department that works on the ticket; null removes it from its department.',
  })
  departmentId?: string | null;
  @Field(() => String, {
    nullable: true,
    description: 'A private note for the next agent, Markdown, at most 64 KiB.',
  })
  comment?: string | null;
  @Field(() => Int, { nullable: true, description: EXPECTED_VERSION }) expectedVersion?:
    | number
    | null;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketAssign.' })
export class TicketAssignPayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}

@InputType({ description: 'Input of ticketRequesterChange.' })
export class TicketRequesterChangeInput {
  static readonly bounds = optionalFields({ requester: RequesterInput.bounds });
  @Field(() => ID, { description: 'The ticket.' }) id!: string;
  @Field(() => RequesterInput, {
    description: 'The new requester; an unknown contact becomes a customer.',
  })
  requester!: RequesterInput;
}

@ObjectType({ simpleResolvers: true, description: 'Result of ticketRequesterChange.' })
export class TicketRequesterChangePayload extends Payload {
  @Field(() => Ticket, { nullable: true, description: TICKET }) ticket?: Ticket | null;
}
