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
  description: 'Why somebody is told.',
  valuesConfig: {
    NEW_TICKET: {
      description:
        'A ticket that nobody is in charge of is new in the department, or was brought to its attention.',
    },
    ASSIGNED: { description: 'The ticket was put into the person’s hands.' },
    MENTION: { description: 'A note names the person, or a macro calls for the person.' },
    FOLLOWED: { description: 'Something happened to a ticket that the person follows.' },
    REPLY: { description: 'A customer answered in a ticket that the person is in charge of.' },
    STATUS: {
      description:
        'The customer’s own ticket, or one of which the customer gets copies, was answered or changed its status.',
    },
    ESCALATION: { description: 'The ticket was escalated.' },
    NOT_SENT: {
      description:
        'A reply of the person that was to be sent later is not sent: somebody took it back, or it came to nothing.',
    },
  },
});

const { NEW_TICKET, ASSIGNED, MENTION, FOLLOWED, REPLY, STATUS, ESCALATION, NOT_SENT } =
  NotificationReason;

/** The strongest first: of several reasons for the same fact only one is told. */
export const BY_STRENGTH: readonly NotificationReason[] = [
  MENTION,
  ASSIGNED,
  ESCALATION,
  NOT_SENT,
  REPLY,
  NEW_TICKET,
  FOLLOWED,
  STATUS,
];

/** What somebody can be told for. */
export const OF_STAFF: readonly NotificationReason[] = [
  NEW_TICKET,
  ASSIGNED,
  MENTION,
  FOLLOWED,
  REPLY,
  ESCALATION,
  NOT_SENT,
];
export const OF_CUSTOMERS: readonly NotificationReason[] = [STATUS];
