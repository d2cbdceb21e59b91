import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, guard, resultOf, verdictOf, waived } from '../support/verdicts.js';

/** A licence that a policy denies, and that only a scanner reports. */

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const SBOM = {
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  components: [{ type: 'library', name: 'a', licenses: [{ license: { id: 'MIT' } }] }],
};

const trivy = (...Licenses: object[]) => ({
  SchemaVersion: 2,
  ArtifactName: '.',
  ArtifactType: 'filesystem',
  Results: [{ Target: 'package-lock.json', Class: 'license', Licenses }],
});
const osv = (licenses: string[], violations = licenses) => ({
  results: [
    {
      source: { path: '/src/package-lock.json', type: 'lockfile' },
      packages: [
        {
          package: { name: 'y', version: '2.0.0', ecosystem: 'npm' },
          licenses,
          license_violations: violations,
        },
      ],
    },
  ],
  experimental_config: { licenses: { summary: false, allowlist: ['MIT'] } },
});
const snyk = (ruleId: string, rule: object = {}) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'Snyk Open Source', rules: [{ id: ruleId, ...rule }] } },
      results: [{ ruleId, level: 'error', message: { text: 'AGPL-3.0 license' } }],
    },
  ],
});
const licence = (Name: string, more: object = {}) => ({
  ...{ Severity: 'CRITICAL', Category: 'forbidden', PkgName: 'y', FilePath: '', Name },
  ...{ Confidence: 1, ...more },
});

const REPORTS: Record<string, unknown> = {
  'Trivy, of a package': trivy(licence('AGPL-3.0-only')),
  'Trivy, of a file': trivy(licence('AGPL-3.0-only', { PkgName: '', FilePath: 'LICENSE' })),
  'Trivy, by a name': trivy(licence('GNU Affero General Public License v3')),
  'OSV-Scanner': osv(['AGPL-3.0-only']),
  'OSV-Scanner, allowed by its user': osv(['AGPL-3.0-only'], []),
  'Snyk, in SARIF': snyk('snyk:lic:npm:y:AGPL-3.0'),
  'Snyk, with a later version': snyk('snyk:lic:npm:y:AGPL-3.0-or-later'),
  'Snyk, two licences': snyk('snyk:lic:pip:y:(MIT_AND_AGPL-3.0)'),
  'Trivy, in SARIF': {
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'Trivy',
            rules: [{ id: 'y:AGPL-3.0-only', name: 'License', properties: { tags: ['license'] } }],
          },
        },
        results: [{ ruleId: 'y:AGPL-3.0-only', level: 'error', message: { text: 'AGPL-3.0' } }],
      },
    ],
  },
};

const decided = async (rule: object, ...documents: unknown[]) => {
  const environment = await guard(context.app, [{ rule: 'licences', ...rule }]);
  for (const document of documents) await uploaded(context.app, release, document);
  return denials(await verdictOf(context.app, release, { environment })).join();
};

describe('a denied licence that only a scanner reports', () => {
  it.each(Object.entries(REPORTS))('denies: %s', async (_tool, report) => {
    const rule = { deny: ['AGPL-*'], unknown: 'allow' };
    expect(await decided(rule, SBOM, report)).toMatch(
      /1 has licences that are not allowed: .*(?:AGPL|Affero)/,
    );
  });

  it.each(Object.entries(REPORTS))('tells the coverage: %s', async (_tool, report) => {
    const { summary } = (await uploaded(context.app, release, report)) as never as {
      summary: { coverage: { what: string }[] };
    };
    expect(summary.coverage.map(({ what }) => what)).toContain('licence');
  });

  it('does not make up for an SBOM', async () => {
    expect(await decided({ deny: ['AGPL-*'] }, trivy(licence('MIT')))).toContain('No SBOM counts');
  });

  it.each([{ deny: ['GPL-*'] }, { allow: ['MIT', 'AGPL-3.0-only'] }])(
    'is not denied by %j',
    async (rule) => {
      expect(await decided(rule, SBOM, trivy(licence('AGPL-3.0-only')))).toBe('');
    },
  );

  it('denies what an allow list does not name', async () => {
    const message = await decided({ allow: ['MIT'] }, SBOM, osv(['ISC', 'UNKNOWN']));
    expect(message).toContain('1 has licences that are not allowed: pkg:npm/y@2.0.0');
  });

  it('is waived by the name of the licence, and the verdict names the waiver', async () => {
    expect(await decided({ deny: ['AGPL-*'] }, SBOM, osv(['AGPL-3.0-only']))).toContain('licences');
    const { id } = await waived(guarded.app, { rule: 'AGPL-3.0-only', purl: 'pkg:npm/y' });
    expect(await resultOf(context.app, release)).toMatchObject({ status: 'pass', waivers: [id] });
  });

  it('still counts if a pipeline suppresses it', async () => {
    const [run] = (REPORTS['Snyk, in SARIF'] as { runs: { results: object[] }[] }).runs;
    const results = run?.results.map((one) => ({ ...one, suppressions: [{ kind: 'external' }] }));
    const suppressed = { version: '2.1.0', runs: [{ ...run, results }] };
    const { headers } = await giveToken({ scopes: ['evidence:write'] });
    expect((await upload(guarded.app, release, suppressed, { headers })).statusCode).toBe(201);
    expect(await decided({ deny: ['AGPL-*'] }, SBOM)).toContain('AGPL-3.0');
  });
});
