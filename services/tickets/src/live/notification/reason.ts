import { registerEnumType } from 'type-graphql';

export enum NotificationReason {
  NEW_TICKET = 'NEW_TICKET',
  ASSIGNED = 'ASSIGNED',
  MENTION = 'MENTION',
  FOLLOWED = 'FOLLOWED',
  REPLY = 'REPLY',
  STATUS = 'STATUS',
  ESCALATION = 'ESCALATION',
  NOT_SENT = 'NOT_SENT',
}
registerEnumType(NotificationReason, {
  name: 'NotificationReason',
  description: 'The reason of a notification.',
  valuesConfig: {
    NEW_TICKET: {
      description:
        'An unassigned ticket arrived in the department, or a macro notified the department.',
    },
    ASSIGNED: { description: 'The ticket was assigned to the person.' },
    MENTION: { description: 'A note mentions the person, or a macro notifies them.' },
    FOLLOWED: { description: 'A ticket that the person follows changed.' },
    REPLY: { description: 'A customer replied to a ticket assigned to the person.' },
    STATUS: {
      description:
        'The customer’s ticket, or one that they are copied on, has a reply or a new status.',
    },
    ESCALATION: { description: 'The ticket was escalated.' },
    NOT_SENT: {
      description:
        'A scheduled reply of the person was cancelled by another user or could not be sent.',
    },
  },
});

const { NEW_TICKET, ASSIGNED, MENTION, FOLLOWED, REPLY, STATUS, ESCALATION, NOT_SENT } =
  NotificationReason;

/** Strongest first: an event creates one notification per person, for the strongest reason. */
export const REASONS_BY_PRIORITY: readonly NotificationReason[] = [
  MENTION,
  ASSIGNED,
  ESCALATION,
  NOT_SENT,
  REPLY,
  NEW_TICKET,
  FOLLOWED,
  STATUS,
];

/** The reasons by kind of person. */
export const STAFF_REASONS: readonly NotificationReason[] = [
  NEW_TICKET,
  ASSIGNED,
  MENTION,
  FOLLOWED,
  REPLY,
  ESCALATION,
  NOT_SENT,
];
export const CUSTOMER_REASONS: readonly NotificationReason[] = [STATUS];
