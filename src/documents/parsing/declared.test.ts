import { describe, expect, it } from 'vitest';
import type { Coverage } from '../../vocabulary/coverage.js';
import type { FindingType } from '../../vocabulary/finding-types.js';
import { faultOf } from '../fault.support.js';
import { sarif } from '../kinds/sarif/index.js';
import { withDeclared } from './declared.js';
import { readDocument } from './read-document.js';

const unknown = { what: 'vulnerability', ran: 'unknown', reason: 'it does not show it' } as const;

describe('what the uploader declares', () => {
  it('may be a type that documents of the kind can also report', () => {
    const { coverage } = withDeclared({ coverage: [unknown] }, sarif, ['vulnerability']);
    expect(coverage).toMatchObject([{ what: 'vulnerability', ran: 'yes', declared: true }]);
  });

  it('must be a type that documents of the kind can report', () => {
    const { alsoReports: _none, ...other } = sarif;
    const fault = faultOf(() => withDeclared({ coverage: [unknown] }, other, ['vulnerability']));
    expect(fault.message).toContain('does not report vulnerability');
  });
});

describe('what the uploader declares for a tool that cannot look for it', () => {
  const read = (scanners: readonly FindingType[], ...tools: string[]) =>
    readDocument({
      bytes: Buffer.from(
        JSON.stringify({
          version: '2.1.0',
          runs: tools.map((name) => ({ tool: { driver: { name } }, results: [] })),
        }),
      ),
      format: 'json',
      kind: 'sarif',
      secretKey: new Uint8Array(32),
      receivedAt: new Date(),
      scanners,
    });

  it.each([
    ['secret', 'Grype'],
    ['code', 'OSV-Scanner'],
    ['misconfiguration', 'Snyk Container'],
    ['vulnerability', 'gitleaks'],
    ['licence', 'Grype'],
    ['secret', 'CodeQL'],
    ['vulnerability', 'ESLint'],
    ['secret', 'tfsec'],
    ['secret', 'CodeQL', 'Grype'],
    ['secret', 'Grype', 'OSV-Scanner'],
  ] as const)('is refused: %s for %s', async (what, ...tools) => {
    const fault = `is a report of ${tools.join(', ')}, which does not report ${what}. Remove it from scanners`;
    await expect(read([what], ...tools)).rejects.toThrow(fault);
  });

  it.each([
    ['secret', 'Trivy'],
    ['secret', 'Checkov'],
    ['secret', 'a tool of ours'],
    ['licence', 'Snyk Open Source'],
    ['secret', 'Semgrep OSS'],
    ['code', 'a tool of ours'],
    ['secret', 'Grype', 'gitleaks'],
    ['secret', 'Grype', 'a tool of ours'],
  ] as const)('is accepted: %s for %s', async (what, ...tools) => {
    const { head } = await read([what], ...tools);
    expect(head.summary.shows).toContain(what);
  });
});

describe('what the uploader declares where the document shows a doubt', () => {
  it.each([
    ['results in other files', { externalPropertyFileReferences: { results: [{ itemCount: 5 }] } }],
    ['an exit code without a meaning', { invocations: [{ exitCode: 2 }] }],
    ['a word for a flag', { invocations: [{ executionSuccessful: 'false' }] }],
  ])('is unknown: %s', async (_name, fields) => {
    const run = { tool: { driver: { name: 'gitleaks' } }, results: [], ...fields };
    const { head } = await readDocument({
      bytes: Buffer.from(JSON.stringify({ version: '2.1.0', runs: [run] })),
      format: 'json',
      kind: 'sarif',
      secretKey: new Uint8Array(32),
      receivedAt: new Date(),
      scanners: ['secret'],
    });
    expect(head.summary.shows).toEqual([]);
    expect(head.summary.coverage).toMatchObject([{ what: 'secret', ran: 'unknown' }]);
  });
});

describe('what the uploader declares where Trivy found nothing to look at', () => {
  const of = async (scanner: FindingType, ...Results: object[]) => {
    const report = { SchemaVersion: 2, ArtifactName: '.', ArtifactType: 'filesystem', Results };
    const { head } = await readDocument({
      bytes: Buffer.from(JSON.stringify(report)),
      format: 'json',
      kind: 'trivy',
      secretKey: new Uint8Array(32),
      receivedAt: new Date(),
      scanners: [scanner],
    });
    return head.summary;
  };
  const packages = { Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm' };

  it.each<[FindingType, ...object[]]>([
    ['vulnerability'],
    ['licence'],
    ['misconfiguration'],
    ['vulnerability', { Target: 'a', Class: 'secret' }],
    ['vulnerability', { Target: 'Dockerfile', Class: 'config' }],
    ['misconfiguration', packages],
  ])('is unknown: %s, with %j', async (scanner, ...results) => {
    const { shows, coverage } = await of(scanner, ...results);
    expect(shows).not.toContain(scanner);
    expect(coverage.find(({ what }) => what === scanner)).toMatchObject({
      ran: 'unknown',
      lookedAt: 0,
      reason: expect.stringContaining('has no result'),
    });
  });

  it('counts for licences of packages, and for secrets, of which a clean report has no result', async () => {
    expect((await of('licence', packages)).shows).toContain('licence');
    expect((await of('secret', packages)).shows).toContain('secret');
    const { shows, warnings } = await of('secret');
    expect(shows).toEqual(['secret']);
    expect(warnings?.first).toMatchObject([{ message: expect.stringContaining('has no result') }]);
  });
});

describe('what the uploader does not declare where a report of Trivy only lists packages', () => {
  const listed = { Class: 'os-pkgs', Type: 'debian', Packages: [{ Name: 'p' }] };
  const vulnerable = { ...listed, Vulnerabilities: [{ VulnerabilityID: 'CVE-2024-1' }] };
  const of = async (scanners: readonly FindingType[], ...Results: object[]) => {
    const report = { SchemaVersion: 2, ArtifactName: 'shop', ArtifactType: 'filesystem', Results };
    const { head } = await readDocument({
      bytes: Buffer.from(JSON.stringify(report)),
      format: 'json',
      kind: 'trivy',
      secretKey: new Uint8Array(32),
      receivedAt: new Date(),
      scanners,
    });
    return head.summary;
  };

  it('did not run', async () => {
    const { shows, coverage, warnings } = await of(['secret'], listed);
    expect(shows).toEqual(['secret']);
    expect(coverage).toContainEqual(
      expect.objectContaining({
        ran: 'unknown',
        what: 'vulnerability',
        reason: expect.stringMatching(/^it lists packages.*\?scanners=vuln,secret$/),
      }),
    );
    expect(warnings).toBeUndefined();
  });

  it('counts with a warning if no scanner is named, and without one if it is', async () => {
    const silent = await of([], listed);
    expect([silent.shows, silent.warnings?.total]).toEqual([['vulnerability'], 1]);
    const named = await of(['vulnerability', 'secret'], listed);
    expect(named.shows.toSorted()).toEqual(['secret', 'vulnerability']);
    expect(named.warnings).toBeUndefined();
  });

  it('counts if the report shows it', async () => {
    for (const results of [[vulnerable], [listed, { Class: 'lang-pkgs', Type: 'npm' }]])
      expect((await of(['secret'], ...results)).shows).toContain('vulnerability');
  });
});

describe('what the uploader declares about a run that failed', () => {
  const secretOf = (...coverage: Coverage[]) =>
    withDeclared({ coverage }, sarif, ['secret']).coverage.find(({ what }) => what === 'secret');

  it('failed as well, whatever the tool looked for', () => {
    const reason = 'the tool reports that it failed';
    const analysed: Coverage = { what: 'vulnerability', ran: 'yes' };
    const failed: Coverage = { what: 'code', ran: 'failed', reason };
    expect(secretOf(failed)).toMatchObject({ ran: 'failed', reason });
    expect(secretOf(analysed, failed)).toMatchObject({ ran: 'failed', reason });
    expect(secretOf(analysed)).toMatchObject({ ran: 'yes', declared: true });
  });

  it('failed if there was no file, but not if there was no package', () => {
    const nothing = { ran: 'unknown', reason: 'the tool looked at nothing', lookedAt: 0 } as const;
    expect(secretOf({ what: 'code', ...nothing })).toMatchObject({ ran: 'failed', lookedAt: 0 });
    expect(secretOf({ what: 'vulnerability', ...nothing })).toMatchObject({ ran: 'yes' });
  });

  it.each([
    ['SARIF without runs', { version: '2.1.0', runs: [] }],
    ['the report of an empty cluster', { ClusterName: 'shop', Resources: [] }],
    ['Trivy of nothing that it names', { SchemaVersion: 2, Results: [] }],
    [
      'SARIF of a failed linter',
      {
        version: '2.1.0',
        runs: [
          {
            tool: { driver: { name: 'Linter' } },
            results: [],
            invocations: [{ executionSuccessful: false }],
          },
        ],
      },
    ],
    [
      'Semgrep that scanned nothing',
      { version: '1.99.0', results: [], errors: [], paths: { scanned: [] } },
    ],
    [
      'Semgrep with an error',
      {
        version: '1.99.0',
        results: [],
        errors: [{ level: 'error', message: 'The rules could not be fetched', type: 'Error' }],
        paths: { scanned: ['a.js'] },
      },
    ],
  ])('does not complete %s', async (_name, document) => {
    const { head } = await readDocument({
      bytes: new TextEncoder().encode(JSON.stringify(document)),
      format: 'json',
      kind: undefined,
      scanners: ['secret', 'vulnerability'],
      secretKey: new Uint8Array(32),
      receivedAt: new Date(),
    });
    expect(head.summary.shows).toEqual([]);
  });
});
