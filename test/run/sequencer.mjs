import { join } from 'node:path';
import Sequencer from '@jest/test-sequencer';

/** Tests of the whole platform take longest and come first, also where nobody knows yet how long each takes. */
export default class extends Sequencer {
  sort(tests) {
    return super.sort(tests).toSorted((one, other) => isWhole(other) - isWhole(one));
  }
}

const isWhole = ({ path, context }) =>
  Number(path.startsWith(join(context.config.rootDir, 'test/')));
