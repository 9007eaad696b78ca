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
  description: 'The dimensions that rows of a report are split by.',
  valuesConfig: {
    TIME: {
      description:
        'The time bucket of the event. Its width is `granularity`, in the time zone of the report.',
    },
    STATUS: { description: 'The current status of the ticket.' },
    PRIORITY: { description: 'The current priority of the ticket.' },
    CHANNEL: { description: 'The channel by which the ticket was created.' },
    DEPARTMENT: {
      description:
        'The department of the ticket at the time of the event. Later transfers do not change it.',
    },
    AGENT: {
      description:
        'The assignee of the ticket at the time of the event. Later assignments do not change it.',
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
  description: 'The measures of a report. A ticket counts at the time of the measured event.',
  valuesConfig: {
    CREATED: {
      description:
        'Tickets created, at the time of creation, with their department and assignee at that time.',
    },
    SOLVED: {
      description:
        'Tickets solved, at the time of their last solution. A reopened ticket does not count until it is solved again. Closing an unsolved ticket solves it. Duplicates, spam, merged tickets and incidents solved with their problem are not counted.',
    },
    BACKLOG: {
      description:
        'Tickets that were unsolved at the end of the bucket, exact for past buckets too. For the current bucket, tickets unsolved now. Without TIME and in the totals: at the end of the period.',
    },
    FIRST_RESPONSE_TIME: {
      description:
        'Seconds from creation to the first public message of an agent, in calendar time, at the time of that message.',
    },
    RESOLUTION_TIME: {
      description:
        'Seconds from creation to the last solution, in calendar time, at the time of that solution. Reopened tickets do not count.',
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
    'The width of a time bucket. Buckets follow local time, so a day can have 23 or 25 hours.',
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
  valuesConfig: { COUNT: { description: 'A count.' }, SECONDS: { description: 'Seconds.' } },
});
