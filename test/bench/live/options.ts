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

/** So many clients, so many events a second; `alone`: each client asks with a filter of its own, so that nothing can be shared. */
export interface Crowd {
  subscribers: number;
  rate: number;
  alone?: boolean;
}

/** Those alone last: streams are kept for a while for clients that come back. */
const ALL: Crowd[] = [
  { subscribers: 1, rate: 10 },
  { subscribers: 100, rate: 10 },
  { subscribers: 1_000, rate: 2 },
  { subscribers: 1_000, rate: 10 },
  { subscribers: 5_000, rate: 2 },
  { subscribers: 100, rate: 10, alone: true },
  { subscribers: 1_000, rate: 2, alone: true },
];
const QUICK = ALL.filter(({ subscribers }) => subscribers <= 100);
const asked = values.subscribers?.split(',').map(Number);

export const options = {
  /** `--subscribers 100,1000` measures these crowds only. */
  crowds: (values.quick ? QUICK : ALL).filter(
    ({ subscribers }) => !asked || asked.includes(subscribers),
  ),
  /** Of each measurement. */
  seconds: Number(values.seconds ?? (values.quick ? 2 : 6)),
  /** File for the figures. */
  json: values.json,
  /** Room whose process is profiled while the first crowd is served. */
  profile: values.profile,
};
