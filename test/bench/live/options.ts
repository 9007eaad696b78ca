import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    subscribers: { type: 'string' },
    seconds: { type: 'string' },
    json: { type: 'string' },
    profile: { type: 'string' },
  },
});

/**
 * A number of clients and a rate of events per second. With `hasOwnFilter` each client has a
 * different filter, so that the gateway cannot share work.
 */
export interface SubscriberGroup {
  subscribers: number;
  rate: number;
  hasOwnFilter?: boolean;
}

/**
 * Groups with filters of their own come last: the gateway retains streams for a while for
 * returning clients.
 */
const ALL: SubscriberGroup[] = [
  { subscribers: 1, rate: 10 },
  { subscribers: 100, rate: 10 },
  { subscribers: 1_000, rate: 2 },
  { subscribers: 1_000, rate: 10 },
  { subscribers: 5_000, rate: 2 },
  { subscribers: 100, rate: 10, hasOwnFilter: true },
  { subscribers: 1_000, rate: 2, hasOwnFilter: true },
];
const QUICK = ALL.filter(({ subscribers }) => subscribers <= 100);
const requestedSizes = values.subscribers?.split(',').map(Number);

export const options = {
  /** `--subscribers 100,1000` measures only groups of these sizes. */
  crowds: (values.quick ? QUICK : ALL).filter(
    ({ subscribers }) => !requestedSizes || requestedSizes.includes(subscribers),
  ),
  /** The duration of each measurement. */
  seconds: Number(values.seconds ?? (values.quick ? 2 : 6)),
  /** The file for the results. */
  json: values.json,
  /** The package whose process is profiled during the measurement of the first group. */
  profile: values.profile,
};
