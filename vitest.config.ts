import { configDefaults, defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts', 'src/**/*.test.ts'],
    exclude: [...configDefaults.exclude, 'test/slow/**'],
    globalSetup: ['test/setup/postgres.ts'],
    setupFiles: ['test/setup/worker.ts', 'test/setup/programs.ts'],
    pool: 'forks',
    // One more than processors for what waits; and the same modules for all files of a worker: loading
    // them for each file took a fifth of the time.
    maxWorkers: 3,
    isolate: false,
    // For a busy machine: the tests of whole processes take seconds on an idle one.
    testTimeout: 120_000,
    hookTimeout: 120_000,
    coverage: {
      provider: 'v8',
      include: ['src/**/*.ts'],
      // These run in processes of their own (test/process) or in worker threads, where coverage is not collected.
      exclude: [
        'src/generated/**',
        'src/server.ts',
        'src/migrate.ts',
        'src/token.ts',
        'src/database/embedded/embedded.ts',
        'src/documents/parsing/**',
        'src/**/*.test.ts',
        'src/**/*.support.ts',
      ],
      reporter: ['text', 'html'],
      thresholds: { lines: 90, functions: 90, branches: 85, statements: 90 },
    },
  },
});
