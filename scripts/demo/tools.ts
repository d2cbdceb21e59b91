import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ADVISORY_URL, serveAdvisories } from './advisories.js';
import { ROOT } from './application.js';
import { run } from './run-program.js';
import { Ended, say } from './terminal.js';

/** What a tool wrote, and how it is uploaded. */
export interface Report {
  readonly label: string;
  /** Where the content does not tell it. */
  readonly kind?: string;
  readonly text: string;
  readonly mediaType: string;
}

const require = createRequire(import.meta.url);

/** A program of an installed package: `npx` would look for others, too. */
function installed(name: string, file: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

const json = (label: string, text: string): Report => {
  return { label, text, mediaType: 'application/json' };
};

/** Vitest ends with 1 when a test failed, and writes its report all the same. */
export async function test(folder: string): Promise<Report> {
  say.command('vitest run --reporter=junit --outputFile=junit.xml');
  const vitest = installed('vitest', 'vitest.mjs');
  const file = join(folder, 'junit.xml');
  const args = ['run', '--root', folder, '--reporter=junit', `--outputFile=${file}`];
  await run(process.execPath, [vitest, ...args], { cwd: folder, allowed: [0, 1] });
  const text = await readFile(file, 'utf8');
  // It ends with 1, too, when it finds no test.
  if (!text.includes('<testcase')) throw new Ended('vitest ran no test');
  return { label: 'unit', text, mediaType: 'application/xml' };
}

/** Biome ends with 1 when it found an error. */
export async function lint(folder: string): Promise<Report> {
  say.command('biome lint --reporter=sarif');
  const biome = installed('@biomejs/biome', 'bin/biome');
  const args = [biome, 'lint', '--reporter=sarif', '.'];
  const { output } = await run(process.execPath, args, { cwd: folder, allowed: [0, 1] });
  return json('biome', output);
}

/** Of what ships: of what is locked, whether or not it is installed, and is no tool of the developers. */
async function sbom(label: string, cwd: string, of: string): Promise<Report> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev'];
  say.command(`npm ${args.join(' ')}   # ${of}`);
  return json(label, (await run('npm', args, { cwd })).output);
}
export const sbomOfApplication = (folder: string) => sbom('sbom', folder, 'the application');
export const sbomOfCheckout = () => sbom('sbom-platform', ROOT, 'this checkout');

const AUDIT = ['audit', '--json', '--package-lock-only', '--fetch-retries=0'];

/** npm ends with 1 both when it found something and when it could not ask. */
async function auditWith(folder: string, ...more: string[]): Promise<string | undefined> {
  const { output } = await run('npm', [...AUDIT, ...more], { cwd: folder, allowed: [0, 1] });
  return output.includes('"auditReportVersion"') ? output : undefined;
}

function explain(): void {
  say.text(
    'The registry answers no audits from here: npm asks one of the demo, on 127.0.0.1, instead.',
  );
  say.text(`It serves one published advisory, ${ADVISORY_URL}, and knows no other.`);
}

/** Asks the registry that npm is set to; where that answers no audits, one of the demo's own. */
export function auditor() {
  let remote = true;
  return async function audit(folder: string): Promise<Report> {
    say.command('npm audit --json');
    const answer = remote ? await auditWith(folder, '--fetch-timeout=10000') : undefined;
    if (answer !== undefined) return json('audit', answer);
    if (remote) explain();
    remote = false;
    const { url, close } = await serveAdvisories();
    try {
      // With a cache of its own: npm's must not hold what this registry says.
      const options = ['--registry', url, '--cache', join(folder, '.npm-cache')];
      const local = await auditWith(folder, ...options);
      if (local === undefined) throw new Ended('npm audit made no report');
      return json('audit', local);
    } finally {
      close();
    }
  };
}

/** Not the work of a tool: a report from the examples. */
export async function noSecrets(): Promise<Report> {
  const text = await readFile(join(ROOT, 'examples', 'gitleaks.json'), 'utf8');
  return { ...json('secrets', text), kind: 'gitleaks' };
}
