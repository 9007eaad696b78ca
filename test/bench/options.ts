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

/** The amount of data and the duration of the measurement. */
export interface Size {
  tickets: number;
  customers: number;
  organizations: number;
  articles: number;
  /** Tickets in reports. Those beyond `tickets` exist in reports only. */
  reported: number;
  rounds: number;
  /** Seconds per round, through the graph and by SQL. */
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
  /** Fewer tickets and shorter rounds. */
  quick: values.quick,
  size: values.seconds ? { ...size, graphSeconds: Number(values.seconds) } : size,
  /** Names of workloads, separated by commas. Default: all. */
  only: values.only?.split(','),
  /** The file for the results. */
  json: values.json,
  /** The package whose process is profiled during the measurement. */
  profile: values.profile,
  /** Numbers of concurrent clients. */
  concurrencies: (values.at?.split(',') ?? ['1', '16', '64']).map(Number),
  /** Keeps the platform running after the measurement, until Ctrl-C. */
  keep: values.keep,
};
