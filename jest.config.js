/** @type {import('jest').Config} */
export default {
  testEnvironment: 'node',
  testMatch: ['<rootDir>/{common,tools,services,gateway,schema,test}/**/*.test.ts'],
  modulePathIgnorePatterns: ['<rootDir>/.*/dist/', '<rootDir>/.data/'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '^.+\\.ts$': ['@swc/jest'] },
  // Rooms resolve to their sources, so tests need no build and never see a stale one.
  testEnvironmentOptions: { customExportConditions: ['source', 'node', 'node-addons'] },
  globalSetup: '<rootDir>/test/run/setup.mjs',
  globalTeardown: '<rootDir>/test/run/teardown.mjs',
  testSequencer: '<rootDir>/test/run/sequencer.mjs',
  maxWorkers: 2,
  testTimeout: 60_000,
};
