/** True in `npm run test:full`, which runs every test at its full size. */
export const IS_FULL = process.env['TEST_SIZE'] === 'full';

/** The size of a test: `small` in every run, `full` in `npm run test:full`. */
export const sizeOf = (small: number, full: number): number => (IS_FULL ? full : small);

/** The first seed of random tests; TEST_SEED repeats a run. */
export const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
