import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { ADVISORY_URL, serveAdvisories } from './advisories.js';
import { ROOT } from './application.js';
import { run } from './run-program.js';
import { Ended, say } from './terminal.js';

/** A tool's report and how to upload it. */
export interface Report {
  readonly label: string;
  /** What the tool looked for, where its report without a finding does not say that it looked. */
  readonly scanners?: string;
  /** Needed only if the server cannot recognise the kind by the content. */
  readonly kind?: string;
  readonly text: string;
  readonly mediaType: string;
}

const require = createRequire(import.meta.url);

/** The path of a program in an installed package. `npx` could find another one. */
function installed(name: string, file: string): string {
  return join(dirname(require.resolve(`${name}/package.json`)), file);
}

const json = (label: string, text: string): Report => {
  return { label, text, mediaType: 'application/json' };
};

/** Runs the tests. If one fails, Vitest exits with 1 and still writes its report. */
export async function test(folder: string): Promise<Report> {
  say.command('vitest run --reporter=junit --outputFile=junit.xml');
  const vitest = installed('vitest', 'vitest.mjs');
  const file = join(folder, 'junit.xml');
  const args = ['run', '--root', folder, '--reporter=junit', `--outputFile=${file}`];
  await run(process.execPath, [vitest, ...args], { cwd: folder, allowed: [0, 1] });
  const text = await readFile(file, 'utf8');
  // Vitest also exits with 1 if it finds no test.
  if (!text.includes('<testcase')) throw new Ended('vitest did not run a test');
  return { label: 'unit', text, mediaType: 'application/xml' };
}

/** Runs the linter. Biome exits with 1 if it finds an error. */
export async function lint(folder: string): Promise<Report> {
  say.command('biome lint --reporter=sarif');
  const biome = installed('@biomejs/biome', 'bin/biome');
  const args = [biome, 'lint', '--reporter=sarif', '.'];
  const { output } = await run(process.execPath, args, { cwd: folder, allowed: [0, 1] });
  return { ...json('biome', output), scanners: 'code' };
}

/** Writes an SBOM of the locked dependencies, without development tools. They need not be installed. */
async function sbom(label: string, cwd: string, of: string): Promise<Report> {
  const args = ['sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--omit', 'dev'];
  say.command(`npm ${args.join(' ')}   # ${of}`);
  return json(label, (await run('npm', args, { cwd })).output);
}
export const sbomOfApplication = (folder: string) => sbom('sbom', folder, 'the application');
export const sbomOfCheckout = () => sbom('sbom-platform', ROOT, 'this checkout');

const AUDIT = ['audit', '--json', '--package-lock-only', '--fetch-retries=0'];

/** npm exits with 1 if it finds a vulnerability, and also if the registry does not answer. */
async function auditWith(folder: string, ...more: string[]): Promise<string | undefined> {
  const { output } = await run('npm', [...AUDIT, ...more], { cwd: folder, allowed: [0, 1] });
  return output.includes('"auditReportVersion"') ? output : undefined;
}

function sayRegistryIsLocal(): void {
  say.text(
    'The configured registry does not answer audits. The demo serves its own registry on 127.0.0.1.',
  );
  say.text(`It has one published advisory: ${ADVISORY_URL}`);
}

/** Audits with npm's configured registry. If that does not answer audits, the demo serves its own. */
export function auditor() {
  let remote = true;
  return async function audit(folder: string): Promise<Report> {
    say.command('npm audit --json');
    const answer = remote ? await auditWith(folder, '--fetch-timeout=10000') : undefined;
    if (answer !== undefined) return json('audit', answer);
    if (remote) sayRegistryIsLocal();
    remote = false;
    const { url, close } = await serveAdvisories();
    try {
      // A separate cache, so that npm's own cache does not keep responses of this registry.
      const options = ['--registry', url, '--cache', join(folder, '.npm-cache')];
      const local = await auditWith(folder, ...options);
      if (local === undefined) throw new Ended('npm audit did not write a report');
      return json('audit', local);
    } finally {
      close();
    }
  };
}

/** A report from examples/, not the output of a tool. */
export async function noSecrets(): Promise<Report> {
  const text = await readFile(join(ROOT, 'examples', 'gitleaks.json'), 'utf8');
  return { ...json('secrets', text), kind: 'gitleaks' };
}
