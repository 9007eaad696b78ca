import { toId } from '@deskgraph/common/core/id';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';
import { connectionType } from '@deskgraph/common/database/pagination';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { DateTime, EventType, Json } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';

@ObjectType({ simpleResolvers: true, description: 'One changed field.' })
@Directive('@shareable')
export class FieldChange {
  @Field(() => String, {
    description: 'The name of the field in the graph; `field:` and the key for a custom field.',
  })
  field!: string;
  @Field(() => Json, { nullable: true, description: 'The value before; an id for an entity.' })
  from!: unknown;
  @Field(() => Json, { nullable: true, description: 'The value after; an id for an entity.' })
  to!: unknown;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'An event of a ticket. Events are never changed or deleted, and are the same in timelines and subscriptions.',
})
export class TicketEvent {
  readonly domainEvent: DomainEvent<LoggedTicketData>;

  @Field(() => ID, {
    description: 'Prefix `evt_`; the same wherever the event appears.',
  })
  readonly id: string;
  @Field(() => EventType, { description: 'The type of the event, such as `ticket.assigned`.' })
  readonly type: string;
  @Field(() => DateTime, {
    description: 'The time of the event; in the past for imported events.',
  })
  readonly at: Date;

  constructor(domainEvent: DomainEvent) {
    this.domainEvent = domainEvent as unknown as DomainEvent<LoggedTicketData>;
    this.id = toId('evt', domainEvent.id);
    this.type = domainEvent.type;
    this.at = new Date(domainEvent.occurredAt);
  }
}

export const TicketEventConnection = connectionType(
  TicketEvent,
  'TicketEvent',
  'events of tickets',
);
