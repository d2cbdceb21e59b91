import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** What a scan that counts does not show stands in the verdict. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
async function send(document: unknown) {
  const response = await upload(context.app, release, document, { label: 'own' });
  expect(response.statusCode, response.body).toBe(201);
}

describe('an operating system past its end of life', () => {
  const trivy = (OS: object, Class = 'os-pkgs') => ({
    SchemaVersion: 2,
    ArtifactName: 'registry.example/shop:1.0.0',
    ArtifactType: 'container_image',
    Metadata: { OS: { Family: 'debian', Name: '9.13', ...OS } },
    Results: [
      {
        ...{ Target: 'shop (debian 9.13)', Class, Type: 'debian' },
        Packages: [{ Name: 'bash', Version: '4.4' }],
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2020-1',
            PkgName: 'bash',
            InstalledVersion: '4.4',
            Severity: 'LOW',
          },
        ],
      },
    ],
  });
  const grype = (alertsByPackage: object[]) => ({
    matches: [],
    source: { type: 'directory', target: '/src' },
    distro: { name: 'debian', version: '9' },
    descriptor: { name: 'grype', version: '0.104.0', db: { status: { valid: true } } },
    alertsByPackage,
  });
  const alerts = [
    { type: 'distro-eol', message: 'Package is from an end-of-life distro: debian 9' },
  ];

  it.each<[string, object, string]>([
    [
      'Trivy',
      trivy({ EOSL: true }),
      '. Warning: trivy (own) says that the operating system (debian 9.13) is past its end of life',
    ],
    [
      'Grype',
      grype([
        { package: { name: 'bash' }, alerts },
        { package: { name: 'tar' }, alerts },
      ]),
      '. Warning: grype (own) warns about 2 packages: Package is from an end-of-life distro: debian 9',
    ],
  ])('of %s', async (_tool, document, warning) => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(document);
    const { status, message } = await resultOf(context.app, release);
    expect([status, message]).toEqual(['pass', expect.stringContaining(warning)]);
  });

  it.each<[string, object]>([
    ['Trivy', trivy({ EOSL: false })],
    ['Grype', grype([])],
  ])('is not told of another, of %s', async (_tool, document) => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(document);
    expect((await resultOf(context.app, release)).message).not.toContain('Warning');
  });
});

describe('files that were not looked at', () => {
  const paths = (length: number) => Array.from({ length }, (_, i) => `src/${i}.js`);
  const semgrep = (files: number, lost: number) => ({
    version: '1.142.0',
    results: [],
    errors: paths(lost).map((path) => ({
      ...{ code: 2, level: 'warn', type: 'Timeout', rule_id: 'r', path, message: 'Timeout' },
    })),
    paths: { scanned: paths(files) },
  });
  const extracted = (files: number) => ({
    level: 'none',
    descriptor: { id: 'js/diagnostics/successfully-extracted-files' },
    locations: paths(files).map((uri) => ({ physicalLocation: { artifactLocation: { uri } } })),
  });
  const codeql = (files: number, text: string, id = 'js/diagnostics/other') => ({
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'CodeQL', rules: [{ id: 'a' }] } },
        results: [],
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: [
              ...(files > 0 ? [extracted(files)] : []),
              { level: 'warning', message: { text }, descriptor: { id } },
            ],
          },
        ],
      },
    ],
  });
  beforeEach(() => guard(context.app, [{ rule: 'max-findings', types: ['code'] }]));

  it.each<[string, object, string]>([
    ['half of the files of Semgrep', semgrep(10, 5), 'could not analyse 5 of 10 files completely'],
    ['a tenth of the files of Semgrep', semgrep(10, 1), 'or exclude the files (.semgrepignore)'],
    [
      'files of CodeQL',
      codeql(10, 'Could not process 3 files'),
      'the tool did not look at 3 of 13 files: Could not process 3 files. Correct the files',
    ],
    [
      'files of CodeQL, which does not say how many there are',
      codeql(0, 'Could not process some files due to syntax errors'),
      'the tool did not look at 1 file: Could not process some files',
    ],
    [
      'a file that CodeQL did not extract',
      codeql(2, 'Unexpected token', 'js/diagnostics/extraction-errors'),
      'the tool did not look at 1 of 3 files: Unexpected token',
    ],
    ['a file that another tool did not parse', codeql(5, 'a.js was not parsed'), '1 of 6 files'],
    ['a timeout', codeql(5, 'The analysis of a.js timed out'), '1 of 6 files'],
  ])('deny: %s', async (_case, document, reason) => {
    await send(document);
    const { status, message } = await resultOf(context.app, release);
    expect([status, message]).toEqual(['not-evidenced', expect.stringContaining(reason)]);
  });

  it.each<[string, object, string]>([
    [
      'of Semgrep',
      semgrep(100, 3),
      '. Warning: semgrep (own) could not analyse 3 of 100 files completely',
    ],
    [
      'of CodeQL',
      codeql(57, 'Could not process 3 files'),
      '. Warning: sarif (own) says that the tool did not look at 3 of 60 files',
    ],
  ])('are told if they are few: %s', async (_case, document, warning) => {
    await send(document);
    const { status, message } = await resultOf(context.app, release);
    expect([status, message]).toEqual(['pass', expect.stringContaining(warning)]);
  });

  it('are not what other warnings are about', async () => {
    await send(codeql(5, 'Use a newer version of CodeQL'));
    const { status, message } = await resultOf(context.app, release);
    expect([status, message]).toEqual(['pass', expect.not.stringContaining('Warning')]);
  });
});
