import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    only: { type: 'string' },
    json: { type: 'string' },
    profile: { type: 'string' },
    at: { type: 'string' },
    seconds: { type: 'string' },
    keep: { type: 'boolean', default: false },
  },
});

/** How much there is, and how long it is measured. */
export interface Size {
  tickets: number;
  customers: number;
  organizations: number;
  articles: number;
  /** Tickets that reports count; those above `tickets` exist in reports only. */
  reported: number;
  rounds: number;
  /** Seconds of a round, through the graph and beside it. */
  graphSeconds: number;
  floorSeconds: number;
}

const FULL: Size = {
  tickets: 20_000,
  customers: 800,
  organizations: 120,
  articles: 60,
  reported: 100_000,
  rounds: 2,
  graphSeconds: 2,
  floorSeconds: 0.7,
};
const QUICK: Size = {
  tickets: 2_000,
  customers: 100,
  organizations: 20,
  articles: 20,
  reported: 10_000,
  rounds: 1,
  graphSeconds: 0.8,
  floorSeconds: 0.3,
};

const size = values.quick ? QUICK : FULL;

export const options = {
  /** Fewer tickets and short rounds. */
  quick: values.quick,
  size: values.seconds ? { ...size, graphSeconds: Number(values.seconds) } : size,
  /** Names of rows, separated by commas; without it all are measured. */
  only: values.only?.split(','),
  /** File for the figures. */
  json: values.json,
  /** Room whose process is profiled, in each measured row at the first of the concurrencies; needs `--only`. */
  profile: values.profile,
  /** Numbers of clients at a time. */
  concurrencies: (values.at?.split(',') ?? ['1', '16', '64']).map(Number),
  /** Leaves the platform running after the measurement, until Ctrl-C. */
  keep: values.keep,
};
