import { configDefaults, defineConfig } from 'vitest/config';

/** Tests of limits take long on purpose: largest documents, many rows, memory. */
const LIMITS = ['**/*.limits.test.ts'];
const PROCESS = 'test/process/**/*.test.ts';
const SLOW = 'test/slow/**/*.test.ts';
const BROWSER = 'test/browser/**/*.test.ts';

const common = {
  pool: 'forks' as const,
  // The files of a worker share their modules: loading them for each file took a fifth of the time.
  isolate: false,
  // No test needs so long: what hangs ends, on a busy machine as well.
  testTimeout: 300_000,
  hookTimeout: 300_000,
  expect: { poll: { timeout: 120_000 } },
};
const onDatabase = {
  ...common,
  globalSetup: ['test/setup/postgres.ts', 'test/setup/parsers.ts'],
  setupFiles: ['test/setup/worker.ts'],
};

export default defineConfig({
  test: {
    coverage: {
      provider: 'v8',
      include: ['src/**/*.{ts,tsx}'],
      // These run in processes of their own (test/process) or in worker threads, where coverage is not collected.
      exclude: [
        'src/generated/**',
        'src/server.ts',
        'src/migrate.ts',
        'src/token.ts',
        'src/backup.ts',
        'src/restore.ts',
        'src/doctor.ts',
        'src/doctor/**',
        'src/database/backup/**',
        'src/database/embedded/embedded.ts',
        'src/documents/parsing/**',
        'src/**/*.test.ts',
        'src/**/*.support.ts',
      ],
      reporter: ['text', 'html'],
      thresholds: { lines: 90, functions: 90, branches: 85, statements: 90 },
    },
    // One after the other, so that the workers of one are not exchanged for those of another all the time.
    projects: [
      {
        test: {
          ...common,
          name: 'unit',
          include: ['src/**/*.test.ts', 'test/*.test.ts'],
          exclude: [...configDefaults.exclude, ...LIMITS],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          ...onDatabase,
          name: 'api',
          include: ['test/*/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...LIMITS, PROCESS, SLOW, BROWSER],
          // One more than processors for what waits.
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          ...onDatabase,
          name: 'limits',
          include: LIMITS,
          setupFiles: [...onDatabase.setupFiles, 'test/setup/counting.ts'],
          // Work is counted in code that is loaded after the counting has begun.
          isolate: true,
          maxWorkers: 2,
          sequence: { groupOrder: 2 },
        },
      },
      {
        test: {
          ...onDatabase,
          name: 'process',
          include: [PROCESS],
          globalSetup: [...onDatabase.globalSetup, 'test/setup/build.ts'],
          setupFiles: [...onDatabase.setupFiles, 'test/setup/programs.ts'],
          maxWorkers: 3,
          sequence: { groupOrder: 3 },
        },
      },
      {
        test: {
          ...common,
          name: 'slow',
          include: [SLOW],
          globalSetup: ['test/setup/build.ts'],
          setupFiles: ['test/setup/programs.ts'],
          testTimeout: 600_000,
          // Servers under load and killed databases: nothing else may run beside them.
          maxWorkers: 1,
          sequence: { groupOrder: 4 },
        },
      },
      {
        test: {
          ...onDatabase,
          name: 'browser',
          include: [BROWSER],
          maxWorkers: 1,
          sequence: { groupOrder: 5 },
        },
      },
    ],
  },
});
