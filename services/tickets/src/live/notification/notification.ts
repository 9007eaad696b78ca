import { connectionType } from '@deskgraph/common/database/pagination';
import { toId } from '@deskgraph/common/core/id';
import { DateTime } from '@deskgraph/common/graphql/scalars';
import { Field, ID, ObjectType } from 'type-graphql';
import type { TicketEvent } from '../../history/event/event.ts';
import { NotificationReason } from './reason.ts';

@ObjectType({
  simpleResolvers: true,
  description: 'A notification of one person about an event of a ticket.',
})
export class Notification {
  ticketId!: string;
  /** The position of the event in the log. */
  position!: number;
  /** The event, if it is loaded. */
  event?: TicketEvent;
  @Field(() => ID, { description: 'Prefix `not_`.' }) id!: string;
  @Field(() => NotificationReason, {
    description: 'The reason; the strongest one if there are several.',
  })
  reason!: NotificationReason;
  @Field(() => DateTime, { description: 'The time of the event.' }) at!: Date;
  @Field(() => DateTime, {
    nullable: true,
    description: 'When the person marked it as read. Null until then.',
  })
  readAt!: Date | null;
}

export const NotificationConnection = connectionType(Notification, 'Notification', 'notifications');

/** The NOTIFY channel of new notifications; the payload is `notificationKey`. */
export const NOTIFICATION_CHANNEL = 'notification';

export const notificationKey = (workspace: string, personId: string): string =>
  `${workspace} ${personId}`;

/** A row of the table. */
export interface NotificationRow {
  id: string;
  person_id: string;
  ticket_id: string;
  position: string;
  reason: NotificationReason;
  at: Date | string;
  read_at: Date | string | null;
}

export const notificationFromRow = (row: NotificationRow): Notification =>
  Object.assign(new Notification(), {
    id: toId('not', row.id),
    ticketId: toId('tkt', row.ticket_id),
    position: Number(row.position),
    reason: row.reason,
    at: new Date(row.at),
    readAt: row.read_at && new Date(row.read_at),
  });
