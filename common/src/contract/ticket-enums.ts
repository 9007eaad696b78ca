import { registerEnumType } from 'type-graphql';

export enum TicketStatus {
  NEW = 'NEW',
  OPEN = 'OPEN',
  PENDING = 'PENDING',
  ON_HOLD = 'ON_HOLD',
  SOLVED = 'SOLVED',
  CLOSED = 'CLOSED',
}
registerEnumType(TicketStatus, {
  name: 'TicketStatus',
  description: 'The state of a ticket in its life cycle.',
  valuesConfig: {
    NEW: { description: 'Nothing has been done yet. The default; a ticket never returns to it.' },
    OPEN: { description: 'An agent must act.' },
    PENDING: { description: 'Waits for the requester, whose reply reopens it.' },
    ON_HOLD: { description: 'Waits for a third party. Off by default; requesters read OPEN.' },
    SOLVED: { description: 'Answered; the requester can still reopen it.' },
    CLOSED: { description: 'Final; set by the system only.' },
  },
});

export enum TicketPriority {
  LOW = 'LOW',
  NORMAL = 'NORMAL',
  HIGH = 'HIGH',
  URGENT = 'URGENT',
}
registerEnumType(TicketPriority, {
  name: 'TicketPriority',
  description: 'The urgency of a ticket. Once set it is never unset.',
  valuesConfig: {
    LOW: { description: 'Can wait.' },
    NORMAL: { description: 'The default.' },
    HIGH: { description: 'Is worked on first.' },
    URGENT: { description: 'Everything else stops.' },
  },
});

export enum ChannelKind {
  EMAIL = 'EMAIL',
  CHAT = 'CHAT',
  CALL = 'CALL',
  FACEBOOK = 'FACEBOOK',
  TWITTER = 'TWITTER',
  WEB_FORM = 'WEB_FORM',
  PORTAL = 'PORTAL',
  KNOWLEDGE_BASE = 'KNOWLEDGE_BASE',
  API = 'API',
}
registerEnumType(ChannelKind, {
  name: 'ChannelKind',
  description: 'A kind of channel.',
  valuesConfig: {
    EMAIL: { description: 'E-mail.' },
    CHAT: { description: 'Live chat on a website.' },
    CALL: { description: 'A phone call.' },
    FACEBOOK: { description: 'Facebook.' },
    TWITTER: { description: 'Twitter/X.' },
    WEB_FORM: { description: 'A form on a website.' },
    PORTAL: { description: 'The customer portal.' },
    KNOWLEDGE_BASE: { description: 'The knowledge base or forum.' },
    API: { description: 'A partner’s own channel, through the API.' },
  },
});

export enum TicketOrigin {
  CUSTOMER = 'CUSTOMER',
  AGENT = 'AGENT',
  APP = 'APP',
  FOLLOW_UP = 'FOLLOW_UP',
  SPLIT = 'SPLIT',
}
registerEnumType(TicketOrigin, {
  name: 'TicketOrigin',
  description: 'The way in which a ticket was created.',
  valuesConfig: {
    CUSTOMER: { description: 'A customer wrote.' },
    AGENT: { description: 'An agent opened it for a customer.' },
    APP: { description: 'An app sent it.' },
    FOLLOW_UP: { description: 'A reply to a closed ticket.' },
    SPLIT: { description: 'Split off from another ticket.' },
  },
});

export enum ResolutionCode {
  ANSWERED = 'ANSWERED',
  DUPLICATE = 'DUPLICATE',
  SPAM = 'SPAM',
  INCIDENT = 'INCIDENT',
  SELF_SERVICE = 'SELF_SERVICE',
  NO_REPLY = 'NO_REPLY',
}
registerEnumType(ResolutionCode, {
  name: 'ResolutionCode',
  description: 'The reason why a ticket is SOLVED.',
  valuesConfig: {
    ANSWERED: { description: 'An agent answered.' },
    DUPLICATE: { description: 'The same as another ticket; not counted as handled.' },
    SPAM: { description: 'Not an inquiry; not counted as handled.' },
    INCIDENT: { description: 'Solved with its problem; not counted as handled.' },
    SELF_SERVICE: { description: 'An article was enough.' },
    NO_REPLY: { description: 'The requester never came back.' },
  },
});
