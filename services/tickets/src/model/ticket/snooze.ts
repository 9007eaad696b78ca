import { DateTime } from '@deskgraph/common/graphql/scalars';
import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { Field, ObjectType } from 'type-graphql';
import { actorReference } from '../actor/actor-reference.ts';
import type { Ticket } from './ticket.ts';

/** A snooze as contained in events; `until` is null when only a reply ends it. */
export interface SnoozeState {
  until: string | null;
  wakeOnReply: boolean;
}

@ObjectType({
  simpleResolvers: true,
  description: 'The ticket is hidden from queues until an instant or a reply.',
})
export class Snooze {
  @Field(() => DateTime, {
    nullable: true,
    description: 'The end of the snooze. Null when only a reply of the requester ends it.',
  })
  until!: Date | null;
  @Field(() => Boolean, { description: 'Whether a reply of the requester ends the snooze.' })
  wakeOnReply!: boolean;
  @Field(() => ActorView, { nullable: true, description: 'The actor who snoozed the ticket.' })
  by!: object | null;
  @Field(() => DateTime, { description: 'The time at which the ticket was snoozed.' }) since!: Date;
}

export function snoozeOf({
  snoozedAt,
  snoozedUntil,
  wakeOnReply,
  snoozedByKind,
  snoozedById,
  snoozedByName,
}: Ticket): Snooze | null {
  if (!snoozedAt) return null;
  return {
    until: snoozedUntil,
    wakeOnReply,
    since: snoozedAt,
    by: actorReference(snoozedByKind!, snoozedById!, snoozedByName!),
  };
}
