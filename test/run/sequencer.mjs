import { join } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Runs the platform tests first: they take longest, also before Jest has recorded durations. */
export default class extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => isWhole(other) - isWhole(one));
  }
}

const isWhole = ({ path, context }) =>
  Number(path.startsWith(join(context.config.rootDir, 'test/')));
