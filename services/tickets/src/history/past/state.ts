import { TicketPriority, TicketStatus } from '@deskgraph/common/contract/ticket-enums';
import type { LoggedTicketState, TicketEventState } from '@deskgraph/common/contract/ticket-state';
import { connectionType } from '@deskgraph/common/database/pagination';
import type { DomainEvent } from '@deskgraph/common/events/types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType } from 'type-graphql';
import { TicketEvent } from '../event/event.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'The state of a ticket at an instant. It is not a `Ticket`, so that clients do not mix up the two.',
})
export class TicketState {
  /** The last event until then. */
  readonly event: TicketEvent;
  readonly state: TicketEventState;

  @Field(() => DateTime, { description: 'The requested instant.' }) readonly at: Date;

  constructor(event: DomainEvent, time: Date) {
    this.event = new TicketEvent(event);
    const state = event.data['state'] as Omit<TicketEventState, 'fields'> & LoggedTicketState;
    // Older events have no custom fields.
    this.state = { ...state, fields: state.fields ?? {} };
    this.at = time;
  }

  @Field(() => String, { description: 'The subject at that instant.' }) get subject(): string {
    return this.state.subject;
  }
  @Field(() => TicketStatus, { description: 'The status at that instant.' })
  get status(): TicketStatus {
    return this.state.status;
  }
  @Field(() => TicketPriority, { description: 'The priority at that instant.' })
  get priority(): TicketPriority {
    return this.state.priority;
  }
  @Field(() => [String], {
    description: 'The names of the tags at that instant, in the order in which they were added.',
  })
  get tags(): string[] {
    return this.state.tags;
  }
}

export const TicketStateConnection = connectionType(TicketState, 'TicketState', 'ticket states');
