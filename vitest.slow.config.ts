import { defineConfig } from 'vitest/config';

/** Minutes of load, killed and frozen processes: `npm run test:slow`. */
export default defineConfig({
  test: {
    include: ['test/slow/**/*.test.ts'],
    globalSetup: ['test/setup/build.ts'],
    setupFiles: ['test/setup/programs.ts'],
    pool: 'forks',
    // These tests measure how long answers take: nothing else may run beside them.
    maxWorkers: 1,
    fileParallelism: false,
    testTimeout: 180_000,
    hookTimeout: 120_000,
  },
});
