import base from '../../jest.config.mjs';

/** Tests with real peers: `npm run test:interop`. */
export default {
  ...base,
  rootDir: '../..',
  testMatch: ['<rootDir>/test/interop/**/*.test.ts'],
  testPathIgnorePatterns: ['/node_modules/'],
  globalSetup: '<rootDir>/test/interop/global-setup.mjs',
  globalTeardown: '<rootDir>/test/interop/global-teardown.mjs',
  testTimeout: 120_000,
  maxWorkers: 1,
};
