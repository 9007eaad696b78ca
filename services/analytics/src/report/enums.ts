import { registerEnumType } from 'type-graphql';

export enum TicketDimension {
  TIME = 'TIME',
  STATUS = 'STATUS',
  PRIORITY = 'PRIORITY',
  CHANNEL = 'CHANNEL',
  DEPARTMENT = 'DEPARTMENT',
  AGENT = 'AGENT',
}
registerEnumType(TicketDimension, {
  name: 'TicketDimension',
  description: 'What the rows of a report are split by.',
  valuesConfig: {
    TIME: {
      description:
        'The time bucket of the fact, as wide as `granularity`, in the time zone of the report.',
    },
    STATUS: { description: 'The status that the ticket has today.' },
    PRIORITY: { description: 'The priority that the ticket has today.' },
    CHANNEL: { description: 'The channel that the ticket came in by.' },
    DEPARTMENT: {
      description:
        'The department that held the ticket at the instant of the fact; it stays when the ticket moves on later.',
    },
    AGENT: {
      description:
        'The agent in charge of the ticket at the instant of the fact; it stays when the ticket changes hands later.',
    },
  },
});

export enum TicketMeasure {
  CREATED = 'CREATED',
  SOLVED = 'SOLVED',
  BACKLOG = 'BACKLOG',
  FIRST_RESPONSE_TIME = 'FIRST_RESPONSE_TIME',
  RESOLUTION_TIME = 'RESOLUTION_TIME',
}
registerEnumType(TicketMeasure, {
  name: 'TicketMeasure',
  description:
    'What a report measures. Each ticket counts at the instant of the fact that is measured.',
  valuesConfig: {
    CREATED: {
      description:
        'Tickets created, at the instant of their creation, in the department and with the agent that they had then.',
    },
    SOLVED: {
      description:
        'Tickets solved, at the instant of their last solution. A reopened ticket does not count until it is solved again; closing keeps it, and closing an unsolved ticket solves it. Duplicates, spam, incidents that ended with their problem and tickets that are folded into another one are not counted.',
    },
    BACKLOG: {
      description:
        'Tickets that were unsolved at the end of the bucket, exact also for the past; for a bucket that has not ended yet, those that are unsolved now. Without TIME, and in the totals, at the end of the period.',
    },
    FIRST_RESPONSE_TIME: {
      description:
        'Seconds round the clock from creation to the first public message of a human agent, at the instant of that message.',
    },
    RESOLUTION_TIME: {
      description:
        'Seconds round the clock from creation to the last solution, at the instant of that solution, while it stands.',
    },
  },
});

export enum Granularity {
  HOUR = 'HOUR',
  DAY = 'DAY',
  WEEK = 'WEEK',
  MONTH = 'MONTH',
  QUARTER = 'QUARTER',
  YEAR = 'YEAR',
}
registerEnumType(Granularity, {
  name: 'Granularity',
  description:
    'The width of a time bucket. Buckets follow the clock of the time zone, so that a day may have 23 or 25 hours.',
  valuesConfig: {
    HOUR: { description: 'One hour.' },
    DAY: { description: 'One day.' },
    WEEK: { description: 'One week, from Monday.' },
    MONTH: { description: 'One month.' },
    QUARTER: { description: 'Three months, from January, April, July or October.' },
    YEAR: { description: 'One year.' },
  },
});

export enum MeasureUnit {
  COUNT = 'COUNT',
  SECONDS = 'SECONDS',
}
registerEnumType(MeasureUnit, {
  name: 'MeasureUnit',
  description: 'The unit of a measured value.',
  valuesConfig: { COUNT: { description: 'Pieces.' }, SECONDS: { description: 'Seconds.' } },
});
