import { ActorView } from '@deskgraph/common/graphql/shared-types';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ObjectType } from 'type-graphql';
import { actorReference } from '../../people/external/actor.ts';
import type { Ticket } from './ticket.ts';

/** A postponement as facts tell it; `until` is null when only a reply ends it. */
export interface SnoozeState {
  until: string | null;
  wakeOnReply: boolean;
}

@ObjectType({ simpleResolvers: true, description: 'A postponement.' })
export class Snooze {
  @Field(() => DateTime, {
    nullable: true,
    description: 'When it ends; null when a reply of the requester does.',
  })
  until!: Date | null;
  @Field(() => Boolean, { description: 'Whether a reply of the requester ends it.' })
  wakeOnReply!: boolean;
  @Field(() => ActorView, { nullable: true, description: 'Who postponed it.' }) by!: object | null;
  @Field(() => DateTime, { description: 'Since when.' }) since!: Date;
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
