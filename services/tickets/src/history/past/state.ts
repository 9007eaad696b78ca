import type { DomainEvent } from '@deskgraph/common/events/log';
import { connectionType } from '@deskgraph/common/database/pagination';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType } from 'type-graphql';
import { TicketEvent } from '../event/event.ts';
import type { State } from '../../model/ticket/events.ts';
import { TicketPriority, TicketStatus } from '../../model/ticket/enums.ts';

@ObjectType({
  simpleResolvers: true,
  description:
    'A ticket as it stood at an instant. It is not the ticket, so that nobody takes one for the other.',
})
export class TicketState {
  /** The last fact that had happened by then, which says all. */
  readonly event: TicketEvent;
  readonly state: State;

  @Field(() => DateTime, { description: 'The instant that was asked for.' }) readonly at: Date;

  constructor(fact: DomainEvent, at: Date) {
    this.event = new TicketEvent(fact);
    // Facts of the time before there were custom fields know none.
    this.state = { fields: {}, ...(fact.data['state'] as Omit<State, 'fields'> & Partial<State>) };
    this.at = at;
  }

  @Field(() => String, { description: 'The subject of then.' }) get subject(): string {
    return this.state.subject;
  }
  @Field(() => TicketStatus, { description: 'The status of then.' }) get status(): TicketStatus {
    return this.state.status;
  }
  @Field(() => TicketPriority, { description: 'The priority of then.' })
  get priority(): TicketPriority {
    return this.state.priority;
  }
  @Field(() => [String], {
    description: 'The names of the labels of then, in the order in which they were put on.',
  })
  get tags(): string[] {
    return this.state.tags;
  }
}

export const TicketStateConnection = connectionType(TicketState, 'TicketState', 'ticket states');
