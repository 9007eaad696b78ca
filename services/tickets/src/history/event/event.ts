import type { DomainEvent } from '@deskgraph/common/events/types';
import { toId } from '@deskgraph/common/core/id';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime, EventType, Json } from '@deskgraph/common/graphql/scalars';
import { Directive, Field, ID, ObjectType } from 'type-graphql';
import type { LoggedTicketData } from '@deskgraph/common/contract/ticket-events';

@ObjectType({ simpleResolvers: true, description: 'One changed field.' })
@Directive('@shareable')
export class FieldChange {
  @Field(() => String, {
    description: 'The name of the field in the graph; `field:` and the key of a custom field.',
  })
  field!: string;
  @Field(() => Json, {
    nullable: true,
    description: 'The value before; the id where it is a thing.',
  })
  from!: unknown;
  @Field(() => Json, {
    nullable: true,
    description: 'The value after; the id where it is a thing.',
  })
  to!: unknown;
}

@ObjectType({
  simpleResolvers: true,
  description:
    'One fact about a ticket, never changed or deleted; the same in timelines and subscriptions.',
})
export class TicketEvent {
  readonly domainEvent: DomainEvent<LoggedTicketData>;

  @Field(() => ID, { description: 'Prefix `evt_`; the same wherever the fact is told.' })
  readonly id: string;
  @Field(() => EventType, { description: 'What happened: `ticket.assigned`.' })
  readonly type: string;
  @Field(() => DateTime, { description: 'When it happened; for imported facts in the past.' })
  readonly at: Date;

  constructor(fact: DomainEvent) {
    this.domainEvent = fact as unknown as DomainEvent<LoggedTicketData>;
    this.id = toId('evt', fact.id);
    this.type = fact.type;
    this.at = new Date(fact.occurredAt);
  }
}

export const TicketEventConnection = connectionType(
  TicketEvent,
  'TicketEvent',
  'facts about tickets',
);
