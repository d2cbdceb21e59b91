import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Path of the bundled worker that parses documents. */
    parserWorker: string;
  }
}

/**
 * Bundles the worker that parses documents, for all projects. A thread that compiles the sources takes more than a
 * second of processor time to start, and each worker of Vitest starts two.
 */
export default async function setup(project: TestProject) {
  const root = project.vitest.getRootProject();
  if (root.getProvidedContext().parserWorker) return;
  const folder = await mkdtemp(join(tmpdir(), 'srp-parsers-'));
  const outfile = join(folder, 'worker.mjs');
  const entry = new URL('../../src/documents/parsing/worker.ts', import.meta.url);
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Its other build cannot be bundled.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    // The parsers find their packages beside the sources and not in the temporary folder.
    define: { 'import.meta.url': JSON.stringify(entry.href) },
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf('${entry.href}');`,
    },
  });
  root.provide('parserWorker', outfile);
  return () => rm(folder, { recursive: true });
}
