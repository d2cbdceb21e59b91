import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
  copyFileSync,
  cpSync,
  existsSync,
  readdirSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const DIST = join(ROOT, 'dist');
const require = createRequire(import.meta.url);

/** Runs a program of a dependency with this Node. If it fails, prints its output and exits. */
function run(packageName, program, ...args) {
  const directory = dirname(require.resolve(`${packageName}/package.json`));
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [join(directory, program), ...args],
    { cwd: ROOT, encoding: 'utf8' },
  );
  if (status === 0) return;
  process.stderr.write(`${stdout}${stderr}`);
  process.exit(status ?? 1);
}

function newest(folder) {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true });
  return Math.max(...files.map((file) => statSync(join(file.parentPath, file.name)).mtimeMs));
}

/** Generates the client only if the schema or the lock file is newer, because it takes a second. */
export function generate() {
  const client = join(ROOT, 'src/generated/prisma/client.ts');
  const inputs = ['prisma/schema.prisma', 'package-lock.json'].map((file) => join(ROOT, file));
  const generated = statSync(client, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.some((file) => statSync(file).mtimeMs > generated))
    run('prisma', 'build/index.js', 'generate');
}

function isWritable() {
  try {
    accessSync(ROOT, constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function recordBuild() {
  const { describeBuild } = await import(pathToFileURL(join(DIST, 'config/build-info.js')).href);
  const record = describeBuild(process.env, new Date());
  // Renamed, not rewritten, because a server may be reading it.
  const draft = join(DIST, `build-info.${process.pid}.json`);
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(draft, join(DIST, 'build-info.json'));
}

/**
 * Bundles the server and its imports into one file, because finding and reading hundreds of modules took most of the
 * start. The workers that parse documents and make large decisions are files of their own. Dynamic imports become
 * separate files. Some packages stay outside: those that read their own files, Prisma with its WebAssembly, pg, which
 * tracing tools patch when it is loaded, these tools, and one that finds its modules at run time.
 */
async function bundle() {
  const { build: esbuild } = await import('esbuild');
  await esbuild({
    absWorkingDir: DIST,
    entryPoints: [
      { in: 'server.js', out: 'server' },
      { in: 'documents/parsing/worker.js', out: 'evidence-worker' },
      { in: 'features/verdicts/large-worker.js', out: 'decision-worker' },
    ],
    outdir: '.',
    allowOverwrite: true,
    bundle: true,
    splitting: true,
    chunkNames: 'server-[hash]',
    platform: 'node',
    format: 'esm',
    target: 'node20',
    external: [
      '@prisma/client',
      '@fastify/otel',
      '@fastify/swagger-ui',
      '@opentelemetry/core',
      '@opentelemetry/exporter-trace-otlp-http',
      '@opentelemetry/instrumentation-pg',
      '@opentelemetry/resources',
      '@opentelemetry/sdk-trace-node',
      'jsonc-parser',
      'pg',
      'pino-pretty',
      'piscina',
    ],
    // Bundled CommonJS packages call `require`, which ES modules do not have.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** Whether dist/ is newer than everything that the compiler reads. The compiler emits all files or none. */
function isCompiled() {
  const compiled = statSync(join(DIST, 'server.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  const changed = settings.map((file) => statSync(join(ROOT, file)).mtimeMs);
  return compiled > Math.max(newest(join(ROOT, 'src')), ...changed);
}

/** Compiles the sources to dist/. In a read-only folder, the existing dist/ is used. */
export async function build() {
  if (!isWritable()) {
    if (existsSync(join(DIST, 'server.js'))) return;
    console.error(
      `cannot build: ${ROOT} is read-only. Build in a writable copy, or fix the permissions.`,
    );
    process.exit(1);
  }
  if (!isCompiled()) console.error('Compiling. The first start takes up to a minute …');
  generate();
  if (!isCompiled()) {
    rmSync(DIST, { recursive: true, force: true }); // so that no output of a removed file stays
    run('typescript', 'bin/tsc', '-p', 'tsconfig.build.json');
    // Auditors read this program: it is plain JavaScript, and not compiled.
    const program = 'features/attestations/verify.mjs';
    copyFileSync(join(ROOT, 'src', program), join(DIST, program));
    // Browsers read these as they are.
    cpSync(join(ROOT, 'src/ui/assets'), join(DIST, 'ui/assets'), { recursive: true });
    await bundle();
  }
  await recordBuild();
}

// Only if it runs as a program (by any path), not if start.mjs imports it.
if (fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) {
  await (process.argv[2] === 'generate' ? generate() : build());
}
