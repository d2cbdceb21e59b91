import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';
import type { TestProject } from 'vitest/node';

declare module 'vitest' {
  interface ProvidedContext {
    /** Paths of the bundled workers that parse documents, and that make large decisions. */
    parserWorker: string;
    decisionWorker: string;
  }
}

/** Bundles a worker. It finds its packages beside the sources and not in the temporary folder. */
async function bundle(source: string, outfile: string): Promise<string> {
  const entry = new URL(`../../src/${source}`, import.meta.url);
  await build({
    entryPoints: [fileURLToPath(entry)],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node20',
    // Its other build cannot be bundled.
    alias: { 'jsonc-parser': 'jsonc-parser/lib/esm/main.js' },
    define: { 'import.meta.url': JSON.stringify(entry.href) },
    banner: {
      js: `import { createRequire as requireOf } from 'node:module'; const require = requireOf('${entry.href}');`,
    },
  });
  return outfile;
}

/**
 * Bundles the workers for all projects. A thread that compiles the sources takes more than a second of processor time
 * to start, and each worker of Vitest starts some.
 */
export default async function setup(project: TestProject) {
  const root = project.vitest.getRootProject();
  if (root.getProvidedContext().parserWorker) return;
  const folder = await mkdtemp(join(tmpdir(), 'srp-parsers-'));
  const into = (name: string) => join(folder, name);
  const [parser, decision] = await Promise.all([
    bundle('documents/parsing/worker.ts', into('worker.mjs')),
    bundle('features/verdicts/large-worker.ts', into('decision-worker.mjs')),
  ]);
  root.provide('parserWorker', parser);
  root.provide('decisionWorker', decision);
  return () => rm(folder, { recursive: true });
}
