/** Where the dice of tests begin, and how often they are thrown: TEST_SEED repeats a run, TEST_RUNS makes it longer. */
export const seed = Number(process.env['TEST_SEED'] ?? Date.now() % 1_000_000);
export const runs = (usual: number): number => Number(process.env['TEST_RUNS'] ?? usual);
/** How many tickets a test of many has: TEST_MANY. */
export const many = (usual: number): number => Number(process.env['TEST_MANY'] ?? usual);
/** How many steps a walk takes: STEPS. */
export const steps = (usual: number): number => Number(process.env['STEPS'] ?? usual);
