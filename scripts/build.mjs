import { spawnSync } from 'node:child_process';
import {
  accessSync,
  constants,
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

/** Runs a program of a dependency with this Node; shows what it said and ends when it fails. */
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

/** The client is generated from the schema alone; making it again takes a second. */
export function generate() {
  const client = join(ROOT, 'src/generated/prisma/client.ts');
  const inputs = ['prisma/schema.prisma', 'package-lock.json'].map((file) => join(ROOT, file));
  const made = statSync(client, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  if (inputs.some((file) => statSync(file).mtimeMs > made))
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
  // Renamed, never rewritten: a server may be starting on it.
  const draft = join(DIST, `build-info.${process.pid}.json`);
  writeFileSync(draft, `${JSON.stringify(record, null, 2)}\n`);
  renameSync(draft, join(DIST, 'build-info.json'));
}

/**
 * Puts the server and what it needs into one file: finding and reading hundreds of modules took most of the
 * start. The worker that reads documents is a second one. Apart stay packages that read files of their own, Prisma with its WebAssembly, and pg, which
 * tracing tools patch as it is loaded; and a package that finds its modules in a way of its own. What is imported when it is needed becomes a file of its own.
 */
async function bundle() {
  const { build: esbuild } = await import('esbuild');
  await esbuild({
    absWorkingDir: DIST,
    entryPoints: [
      { in: 'server.js', out: 'server' },
      { in: 'documents/parsing/worker.js', out: 'evidence-worker' },
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
      '@fastify/swagger-ui',
      'jsonc-parser',
      'pg',
      'pino-pretty',
      'piscina',
    ],
    // Packages in CommonJS that are part of it call require.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    logLevel: 'warning',
  });
}

/** Compiled after the last change of what the compiler reads? It emits all or nothing. */
function isCompiled() {
  const compiled = statSync(join(DIST, 'server.js'), { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const settings = ['tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];
  const changed = settings.map((file) => statSync(join(ROOT, file)).mtimeMs);
  return compiled > Math.max(newest(join(ROOT, 'src')), ...changed);
}

/** Sources → dist/. A folder that cannot be written to is served as it was built. */
export async function build() {
  if (!isWritable()) {
    if (existsSync(join(DIST, 'server.js'))) return;
    console.error(
      `cannot build: ${ROOT} is read-only. Build in a writable copy, or fix its permissions.`,
    );
    process.exit(1);
  }
  generate();
  if (!isCompiled()) {
    rmSync(DIST, { recursive: true, force: true }); // nothing of a file that was removed
    run('typescript', 'bin/tsc', '-p', 'tsconfig.build.json');
    await bundle();
  }
  await recordBuild();
}

// Run as a program, by whatever path, and not imported by start.mjs.
if (fileURLToPath(import.meta.url) === realpathSync(process.argv[1])) {
  await (process.argv[2] === 'generate' ? generate() : build());
}
