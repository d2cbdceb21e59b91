import { readdirSync, readFileSync } from 'node:fs';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { deployedAnyway } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { bom, junit } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { addArtifact, createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

/**
 * Small documents that tools and ordinary mistakes produce, and the right answer to each. The files of a case are
 * uploaded in the order of their numbers to a release that has passing tests, an SBOM and an empty report of Gitleaks,
 * unless the case brings its own.
 */

const CASES = new URL('cases/', import.meta.url);
const files = readdirSync(CASES);
const used = new Set<string>();

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

interface Options {
  readonly label?: string;
  readonly kind?: string;
  readonly artifact?: string;
  readonly scanners?: string;
}

/** The files of a case: `name.json`, or `name-1.xml`, `name-2.json` … */
function filesOf(name: string): string[] {
  const own = files.filter((file) =>
    new RegExp(`^${name}(?:-\\d(?:-[a-z]+)?)?\\.(?:json|xml)$`).test(file),
  );
  expect(own, name).not.toEqual([]);
  for (const file of own) used.add(file);
  return own.sort();
}

function send(file: string, options: Options = {}) {
  const bytes = readFileSync(new URL(file, CASES));
  const isList = bytes.toString('latin1').trim() === '[]';
  return upload(context.app, release, bytes, {
    ...(file.endsWith('.xml') && XML),
    ...(isList && { kind: 'gitleaks' }),
    ...options,
  });
}

/** Evidence that a case may bring itself. */
type Own = 'tests' | 'sbom' | 'secrets';

async function complete(own: readonly Own[]) {
  const standard: Record<Own, () => Promise<unknown>> = {
    tests: () => upload(context.app, release, junit('passed'), { ...XML, label: 'standard' }),
    sbom: () => upload(context.app, release, bom([{ licence: 'MIT' }]), { label: 'standard' }),
    secrets: () => upload(context.app, release, [], { kind: 'gitleaks', label: 'standard' }),
  };
  for (const [name, add] of Object.entries(standard)) if (!own.includes(name as Own)) await add();
}

interface Case {
  readonly own?: readonly Own[];
  readonly options?: Options;
  /** The rules of the environment, by default `baseline` for production. */
  readonly rules?: object[];
}

async function decisionOf(name: string, { own = [], options = {}, rules }: Case) {
  await complete(own);
  const statuses: number[] = [];
  for (const file of filesOf(name)) statuses.push((await send(file, options)).statusCode);
  const environment = rules ? await guard(context.app, rules) : 'production';
  const verdict = await verdictOf(context.app, release, { environment });
  return { decision: verdict.decision, reasons: denials(verdict).join('\n'), statuses };
}

const code = [{ rule: 'max-findings', types: ['code'], severity: 'high' }];
const OWN_TESTS: Case = { own: ['tests'] };
const OWN_SECRETS: Case = { own: ['secrets'] };

describe('denied', () => {
  const cases: [name: string, reason: RegExp, options?: Case][] = [
    ['cyclonedx-critical-fix-in-recommendation', /CVE-2021-44228/],
    ['cyclonedx-vex-only-as-scan', /No vulnerability scan/],
    ['grype-0.1-fixedInVersion', /CVE-2021-44228/],
    [
      'grype-kind-on-any-json-with-matches',
      /No vulnerability scan/,
      { options: { kind: 'grype' } },
    ],
    ['junit-attributes-say-failures-no-cases', /tests-passed/, {}],
    ['junit-more-failures-than-cases', /tests-passed/, {}],
    ['junit-result-failed-attribute', /tests-passed: 1 test failed/, OWN_TESTS],
    ['junit-status-failed-no-child', /tests-passed: 1 test failed/, OWN_TESTS],
    ['cypress-0-tests-1-failure', /tests-passed/, OWN_TESTS],
    [
      'label-reused-junit-matrix',
      /tests-passed: 1 test failed/,
      { own: ['tests'], options: { label: 'unit' } },
    ],
    ['npm-audit-of-nothing', /No vulnerability scan/],
    ['npm-audit-total-says-3-but-list-empty', /max-findings/],
    ['openvex-of-another-product-no-artifacts', /CVE-2021-44228/],
    ['sarif-code-failed-execution', /No code analysis/, { rules: code }],
    ['sarif-failed-run-is-clean', /No code analysis/, { rules: code }],
    ['sarif-code-results-null', /No code analysis/, { rules: code }],
    ['sarif-critical-cve-of-grype', /CVE-2021-44228/],
    ['sarif-gitleaks-failed-invocation', /No secret scan/, OWN_SECRETS],
    ['sarif-gitleaks-results-null', /No secret scan/, OWN_SECRETS],
    ['sarif-security-severity-word', /1 critical/, { rules: code }],
    ['sarif-security-severity-zero-level-error', /1 high/, { rules: code }],
    ['sarif-sec-zero-error', /1 high/, { rules: code }],
    ['sbom-vulnerabilities-empty-as-scan', /No vulnerability scan/],
    ['sbom-without-components', /No SBOM/, { own: ['sbom'] }],
    [
      'trivy-report-of-last-year-is-fresh',
      /is older than 1 day/,
      { rules: [{ rule: 'evidence-required', shows: 'vulnerability', maximumAgeDays: 1 }] },
    ],
    ['cdx-components-null', /No SBOM/, { own: ['sbom'] }],
  ];

  it.each(cases)('%s', async (name, reason, options = {}) => {
    const { decision, reasons } = await decisionOf(name, options);
    expect(decision).toBe('deny');
    expect(reasons).toMatch(reason);
  });
});

describe('allowed', () => {
  it.each([
    ['junit-doctype', OWN_TESTS],
    ['junit-iso-8859-1', OWN_TESTS],
    ['trivy-clean-with-secret-scanner', { own: ['secrets'], options: { scanners: 'vuln,secret' } }],
  ] as [string, Case][])('%s', async (name, options) => {
    const { decision, reasons } = await decisionOf(name, options);
    expect(reasons).toBe('');
    expect(decision).toBe('allow');
  });
});

describe('read', () => {
  it.each([
    ['cdx-duplicate-component', 1],
    ['cdx-licence-expression-and-id', 1],
    ['cdx-licence-id-and-name', 1],
    ['cdx-licence-id-apache2', 1],
    ['cdx-licence-id-licenseref', 1],
    ['cdx-licence-id-lower-case', 1],
    ['cdx-licence-url-only', 1],
    ['cdx-serial-number-not-uuid', 1],
    ['cdx-serial-number-upper-case', 1],
    ['cdx-unknown-field', 1],
    ['github-sbom-export-wrapper', 1],
  ])('%s', async (name, components) => {
    const [file = ''] = filesOf(name);
    const response = await send(file);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json().summary).toMatchObject({
      shows: ['components'],
      components: { total: components },
    });
  });

  it('trivy-k8s-report', async () => {
    const [file = ''] = filesOf('trivy-k8s-report');
    const response = await send(file);
    expect(response.statusCode, response.body).toBe(201);
    expect(response.json().summary.findings.bySeverity.critical).toBe(1);
  });
});

describe('a release compared with another', () => {
  it('has unknown findings, and not fixed ones, if it was not scanned', async () => {
    const [scan = '', sbom = ''] = filesOf('diff-scan-then-sbom-without-scan');
    expect((await send(scan)).statusCode).toBe(201);
    const { id: other } = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    const first = release;
    release = other;
    expect((await send(sbom)).statusCode).toBe(201);
    const diff = (await context.app.inject(`/releases/${first}/diff/${other}`)).json();
    expect(diff.findings.counts).toMatchObject({ fixed: 0, unknown: 1 });
  });

  it('has two new misconfigurations of other resources in one file', async () => {
    const [before = '', after = ''] = filesOf('onlynew-second-misconfiguration-in-one-file');
    const environment = await guard(context.app, [
      { rule: 'max-findings', types: ['misconfiguration'], severity: 'critical', onlyNew: true },
    ]);
    expect((await send(before)).statusCode).toBe(201);
    await deployedAnyway(guarded.app, release, environment);
    release = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    expect((await send(after)).statusCode).toBe(201);
    const verdict = await verdictOf(context.app, release, { environment });
    expect(verdict.decision).toBe('deny');
    expect(denials(verdict).join()).toContain('2 critical new findings');
  });
});

describe('a report of another image', () => {
  const [report = ''] = filesOf('trivy-of-another-image');
  const own = 'a'.repeat(64);

  it('is refused for an artifact with another digest', async () => {
    const artifact = await addArtifact(context.app, release, { sha256: own });
    expectProblem(await send(report, { artifact }), 422, 'subject-mismatch');
  });

  it('does not count as a scan of the release', async () => {
    await addArtifact(context.app, release, { sha256: own });
    await complete([]);
    expect((await send(report)).statusCode).toBe(201);
    const verdict = await verdictOf(context.app, release);
    expect(verdict.decision).toBe('deny');
    expect(denials(verdict).join()).toContain('No vulnerability scan counts');
  });
});

describe('findings that a pipeline suppressed', () => {
  const guarded = useApp({ AUTH_MODE: 'token' });

  it('count, because a pipeline does not absolve itself', async () => {
    const scopes = ['evidence:write', 'evidence:read', 'verdicts:write', 'verdicts:read'] as const;
    const { headers } = await giveToken({ scopes });
    await complete([]);
    const [report = ''] = filesOf('trivy-suppressed-by-pipeline');
    const bytes = readFileSync(new URL(report, CASES));
    const response = await upload(guarded.app, release, bytes, { headers });
    expect(response.statusCode, response.body).toBe(201);
    const verdict = await verdictOf(guarded.app, release, {}, headers);
    expect(verdict.decision).toBe('deny');
    expect(denials(verdict).join()).toContain('CVE-2021-44228');
  });
});

describe('the cases', () => {
  it('are all tested here, but for the one of release.sh', () => {
    const others = files.filter((file) => !used.has(file) && !file.startsWith('release-sh-'));
    expect(others).toEqual([]);
  });
});
