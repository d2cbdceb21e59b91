import { execFileSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parse, parseAllDocuments } from 'yaml';

/** The action, the component and the shared step: their inputs get to release.sh as values, and never as scripts. */
const ROOT = new URL('..', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, ROOT), 'utf8');

/** The variables of scripts/ci/srp-gate.sh. */
const KNOWN = new Set(
  [...read('scripts/ci/srp-gate.sh').matchAll(/\$\{?(SRP_GATE_[A-Z_]+)/g)].map(([, name]) => name),
);

const kebab = (name: string) =>
  name
    .replace(/^SRP_GATE_/, '')
    .toLowerCase()
    .replaceAll('_', '-');

describe('ci/github/action.yml', () => {
  const action = parse(read('ci/github/action.yml'));
  const [step] = action.runs.steps;

  it('passes each input as a variable that the script knows, and no input as a script', () => {
    expect(action.runs).toMatchObject({ using: 'composite', steps: { length: 1 } });
    expect(step.run).toBe('"$GITHUB_ACTION_PATH/gate.sh"');
    const env = Object.entries<string>(step.env);
    for (const [name, value] of env) {
      if (name.startsWith('SRP_GATE_')) expect(KNOWN).toContain(name);
      const input = { SRP_URL: 'url', SRP_AUDIENCE: 'audience' }[name] ?? kebab(name);
      expect(value).toBe(`\${{ inputs.${input} }}`);
    }
    expect(env).toHaveLength(Object.keys(action.inputs).length);
  });
});

describe('ci/gitlab/templates/srp-gate.yml', () => {
  const [head, body] = parseAllDocuments(read('ci/gitlab/templates/srp-gate.yml')).map((one) =>
    one.toJS(),
  );
  const [job] = Object.values<Record<string, never>>(body);

  it('passes each input as a variable that the script knows, and no input as a script', () => {
    expect(job?.script).toEqual(['scripts/ci/srp-gate.sh']);
    const variables = Object.entries<string>(job?.variables ?? {});
    const passed = variables.filter(([, value]) => value.includes('$[['));
    for (const [name, value] of passed) {
      if (name !== 'SRP_URL') expect(KNOWN).toContain(name);
      expect(value).toBe(`$[[ inputs.${name === 'SRP_URL' ? 'url' : kebab(name)} ]]`);
    }
    const elsewhere = ['job', 'stage'];
    expect(passed.length + elsewhere.length).toBe(Object.keys(head.spec.inputs).length);
    // A name of a job, of a limited form.
    expect(Object.keys(body)).toEqual(['$[[ inputs.job ]]']);
    expect(head.spec.inputs.job.regex).toBe('^[a-z][a-z0-9-]{0,62}$');
  });

  it('asks for a token whose audience is the platform', () => {
    expect(job?.id_tokens).toEqual({ SRP_TOKEN: { aud: '$[[ inputs.url ]]' } });
  });
});

describe('docs/ci-gate.md', () => {
  const blocks = [...read('docs/ci-gate.md').matchAll(/^```yaml\n(.*?)^```/gms)].map(
    ([, text = '']) => parse(text),
  );

  it('uses inputs that the action has', () => {
    const { inputs } = parse(read('ci/github/action.yml'));
    const { steps, permissions } = blocks[0].jobs.release;
    expect(permissions).toMatchObject({ 'id-token': 'write' });
    const given = steps.flatMap((one: { with?: object }) => Object.keys(one.with ?? {}));
    expect(given.length).toBeGreaterThan(10);
    for (const name of given) expect(inputs).toHaveProperty(name);
  });

  it('uses inputs that the component has', () => {
    const [head] = parseAllDocuments(read('ci/gitlab/templates/srp-gate.yml'));
    const { inputs } = head?.toJS().spec ?? {};
    for (const [name, value] of Object.entries<string>(blocks[1].include[0].inputs)) {
      expect(inputs).toHaveProperty(name);
      const { regex } = inputs[name];
      if (regex !== undefined) expect(value).toMatch(new RegExp(regex));
    }
  });
});

describe('scripts/ci/srp-gate.sh', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'srp-gate-'));
    cpSync(fileURLToPath(new URL('scripts/ci/srp-gate.sh', ROOT)), join(folder, 'srp-gate.sh'));
    // Tells its arguments, one per line, and the exit code that it is asked for.
    const stand = `#!/bin/sh\nprintf '<%s>\\n' "$@"\nexit "$CODE"\n`;
    writeFileSync(join(folder, 'release.sh'), stand);
    chmodSync(join(folder, 'release.sh'), 0o755);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  function gate(env: Record<string, string>): { code: number; lines: string[] } {
    const given = { PATH: process.env.PATH ?? '', CODE: '0', ...env };
    try {
      const options = { cwd: folder, env: given, encoding: 'utf8', stdio: 'pipe' } as const;
      const text = execFileSync('sh', [join(folder, 'srp-gate.sh')], options);
      return { code: 0, lines: text.trim().split('\n') };
    } catch (error) {
      const { status, stdout } = error as { status: number; stdout: string };
      return { code: status, lines: stdout.trim().split('\n') };
    }
  }

  it('passes values as they are, whatever they contain', () => {
    const hostile = '$(touch pwned) `touch pwned`; touch pwned #"\' *';
    const { lines } = gate({
      ...{ SRP_GATE_PROJECT: '1', SRP_GATE_VERSION: hostile, SRP_GATE_ENVIRONMENT: '--help' },
      ...{ SRP_GATE_SEAL: 'true', SRP_GATE_NO_ASSERT: 'false', SRP_GATE_ARTIFACTS: 'a b=c d' },
      SRP_GATE_EVIDENCE: `unit=junit.xml\n\ngitleaks secrets=a b.json\n$(touch pwned)=x`,
    });
    expect(lines).toEqual(
      [
        ...['--format', 'markdown', '--project', '1', '--version', hostile],
        ...['--environment', '--help', '--seal', '--artifact', 'a b=c d'],
        ...['--evidence', 'unit=junit.xml', '--evidence-as', 'gitleaks', 'secrets=a b.json'],
        ...['--evidence', '$(touch pwned)=x'],
      ].map((one) => `<${one}>`),
    );
    expect(() => readFileSync(join(folder, 'pwned'))).toThrow();
  });

  it.each([0, 1, 2])('ends with the exit code %i, and adds the text to the summary', (code) => {
    const summary = join(folder, `summary-${code}.md`);
    const ran = gate({ CODE: String(code), SRP_GATE_SUMMARY: summary });
    expect(ran).toMatchObject({ code, lines: ['<--format>', '<markdown>'] });
    expect(readFileSync(summary, 'utf8')).toBe('<--format>\n<markdown>\n');
  });

  it('ends with 2 if a yes or no is neither', () => {
    expect(gate({ SRP_GATE_SEAL: 'True' }).code).toBe(2);
    expect(gate({ SRP_GATE_NO_ASSERT: '1' }).code).toBe(2);
  });
});
