import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { FIXED, PACKAGE, VULNERABLE } from './advisories.js';
import { run } from './run-program.js';

export const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const SOURCES = fileURLToPath(new URL('./app', import.meta.url));

/** Mistakes of the first release: the correct code, and its replacement. */
const MISTAKES = [
  ['rate === 0', 'rate == 0'],
  ['Math.round', 'Math.floor'],
] as const;

/** A small application in its own Git repository, in a folder that the demo removes. */
export interface Application {
  readonly folder: string;
  /** Writes the sources of a release and commits them. @returns the commit */
  commit(version: string, fixed: boolean): Promise<string>;
  remove(): Promise<void>;
}

function withMistakes(source: string): string {
  return MISTAKES.reduce((text, [right, wrong]) => {
    if (!text.includes(right)) throw new Error(`scripts/demo/app does not contain ${right}`);
    return text.replace(right, wrong);
  }, source);
}

function packages(version: string, fixed: boolean) {
  const dependency = fixed ? FIXED : VULNERABLE;
  const own = { name: 'fees', version, license: 'MIT', dependencies: { [PACKAGE]: dependency } };
  const locked = { [`node_modules/${PACKAGE}`]: { version: dependency, license: 'MIT' } };
  return {
    'package.json': { ...own, private: true, type: 'module' },
    'package-lock.json': {
      name: own.name,
      version,
      lockfileVersion: 3,
      requires: true,
      packages: { '': own, ...locked },
    },
    'biome.json': { root: true, linter: { rules: { preset: 'recommended' } } },
  };
}

/** Creates the application in an ignored folder of this checkout, so that it finds Vitest. */
export async function createApplication(): Promise<Application> {
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache', 'demo-'));
  const git = (...args: string[]) => {
    const settings = ['user.name=demo', 'user.email=demo@example.org', 'commit.gpgsign=false'];
    // The user's hooks must not run, neither configured ones nor those of a template.
    const options = [...settings, 'core.hooksPath=/dev/null'].flatMap((option) => ['-c', option]);
    return run('git', [...options, ...args], { cwd: folder });
  };
  await git('init', '--quiet', '--template=');
  return {
    folder,
    async commit(version, fixed) {
      const source = await readFile(join(SOURCES, 'fees.ts'), 'utf8');
      await writeFile(join(folder, 'fees.ts'), fixed ? source : withMistakes(source));
      const spec = await readFile(join(SOURCES, 'fees.spec.ts'));
      await writeFile(join(folder, 'fees.spec.ts'), spec);
      for (const [file, content] of Object.entries(packages(version, fixed))) {
        await writeFile(join(folder, file), `${JSON.stringify(content, null, 2)}\n`);
      }
      // Without its own configuration, Vitest uses that of this checkout.
      await writeFile(join(folder, 'vitest.config.js'), 'export default {};\n');
      await git('add', '*.ts', '*.js', '*.json');
      await git('commit', '--quiet', '--message', `fees ${version}`);
      return (await git('rev-parse', 'HEAD')).output.trim();
    },
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}
