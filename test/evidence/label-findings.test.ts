import { describe, expect, it } from 'vitest';
import { bom } from '../support/documents.js';
import { image, useLabels } from '../support/labels.js';
import { digest } from '../support/releases.js';

const { send, statusOf } = useLabels();

describe('a label keeps what a new report lacks', () => {
  it('keeps the findings of another tool, of a scan that failed, and of a folder without a name', async () => {
    const sarif = (name: string, results: object[] = [], more: object = {}) => ({
      ...{ version: '2.1.0' },
      runs: [{ tool: { driver: { name } }, results, ...more }],
    });
    const found = (ruleId: string) => [{ ruleId, message: { text: 'x' } }];
    const failed = { invocations: [{ executionSuccessful: false }] };
    const folder = (cve: boolean, packages: number) => ({
      ...{ SchemaVersion: 2, ArtifactName: '.', ArtifactType: 'filesystem' },
      Results: [
        {
          ...{ Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm' },
          Packages: Array.from({ length: packages }, (_, n) => ({ Name: `p${n}`, Version: '1' })),
          Vulnerabilities: cve
            ? [{ VulnerabilityID: 'CVE-2021-44228', PkgName: 'p0', Severity: 'CRITICAL' }]
            : [],
        },
      ],
    });
    const leak = { RuleID: 'key', File: 'a', StartLine: 1, Secret: 'x', Match: 'x' };
    const pairs: [unknown, unknown, string][] = [
      [sarif('gitleaks', found('key'), failed), sarif('ESLint'), 'tool'],
      [sarif('Grype', found('CVE-2021-44228')), sarif('govulncheck'), 'scanner'],
      [sarif('Grype', found('CVE-2021-44228')), sarif('Grype'), 'folder'],
      [folder(true, 1), folder(false, 2), 'trivy'],
      [[leak], [], 'leaks'],
    ];
    for (const [first, second, label] of pairs) {
      const options = Array.isArray(first) ? { kind: 'gitleaks', label } : { label };
      const older = await send(first, options);
      expect((await send(second, options)).supersedes, label).toEqual([]);
      expect(await statusOf(older.id), label).toBe('current');
    }
  });

  it('keeps findings that only the word of the uploader says are gone, until they are retracted', async () => {
    const cyclonedx = (...vulnerabilities: object[]) =>
      bom([], {
        components: [
          { type: 'library', name: 'lodash', purl: 'pkg:npm/lodash@4.17.20', 'bom-ref': 'a' },
        ],
        metadata: {
          tools: { components: [{ type: 'application', name: 'grype', version: '0.104.0' }] },
          component: { type: 'container', name: 'shop', version: `sha256:${digest(1)}` },
        },
        vulnerabilities,
      });
    const critical = {
      id: 'CVE-2021-44228',
      ratings: [{ severity: 'critical' }],
      affects: [{ ref: 'a' }],
    };
    const sarif = (...results: object[]) => ({
      version: '2.1.0',
      runs: [
        {
          ...{ tool: { driver: { name: 'Grype' } }, results },
          versionControlProvenance: [{ repositoryUri: 'https://git.example.org/shop' }],
        },
      ],
    });
    const found = { ruleId: 'CVE-2021-44228', message: { text: 'x' } };
    for (const [label, first, second] of [
      ['cyclonedx', cyclonedx(critical), cyclonedx()],
      ['sarif', sarif(found), sarif()],
    ] as const) {
      const older = await send(first, { label });
      const clean = await send(second, { label, scanners: 'vulnerability' });
      expect(clean.supersedes, label).toEqual([]);
      expect(JSON.stringify(clean.warnings), label).toContain(
        'only the word of the uploader says that the tool of this document looked for them',
      );
      expect(await statusOf(older.id), label).toBe('current');
    }
  });

  it('keeps findings that a report of the same place does not have', async () => {
    const grype = (target: string, ...found: [id: string, severity: string][]) => ({
      matches: found.map(([id, severity]) => ({
        vulnerability: { id, severity },
        artifact: { name: 'lodash', version: '1.0', purl: 'pkg:npm/lodash@1.0' },
      })),
      source: { type: 'directory', target },
      descriptor: {
        name: 'grype',
        version: '0.92.2',
        configuration: { search: { scope: 'squashed' } },
      },
    });
    const web = await send(grype('/src', ['CVE-2026-1', 'Critical']), { label: 'grype' });
    const low = grype('/src', ['CVE-2026-2', 'Low'], ['CVE-2026-3', 'Low']);
    const api = await send(low, { label: 'grype' });
    expect(api.supersedes).toEqual([]);
    expect(api.warnings[0]?.message).toContain(
      'it has 1 finding of the type vulnerability, such as CVE-2026-1, that this document does not have',
    );
    // The same defect, but milder.
    const milder = grype(
      '/src',
      ['CVE-2026-1', 'Low'],
      ['CVE-2026-2', 'Low'],
      ['CVE-2026-3', 'Low'],
    );
    expect((await send(milder, { label: 'grype' })).supersedes).toMatchObject([{ id: api.id }]);
    expect(await statusOf(web.id)).toBe('current');
    const more = grype(
      '/src',
      ...([
        ['CVE-2026-1', 'Critical'],
        ['CVE-2026-4', 'Low'],
      ] as [string, string][]),
    );
    expect((await send(more, { label: 'grype' })).supersedes).toMatchObject([{ id: web.id }]);
  });

  it('keeps findings of other packages of the same image, and of other namespaces', async () => {
    const part = (Class: string, Type: string, cve = false) =>
      image('shop:1.0', [], {
        Metadata: { ImageID: `sha256:${digest(5)}` },
        Results: [
          {
            ...{ Target: 'x', Class, Type },
            ...(cve && {
              Vulnerabilities: [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'a', Severity: 'HIGH' }],
            }),
          },
        ],
      });
    const first = await send(part('lang-pkgs', 'npm', true), { label: 'trivy' });
    expect((await send(part('os-pkgs', 'debian'), { label: 'trivy' })).supersedes).toEqual([]);
    const again = await send(part('lang-pkgs', 'npm'), { label: 'trivy' });
    expect(again.supersedes.map(({ id }) => id)).toContain(first.id);

    const namespace = (Namespace: string, cve = false) => ({
      ClusterName: 'prod',
      Resources: [
        {
          Namespace,
          Kind: 'Deployment',
          Name: 'shop',
          Results: part('os-pkgs', 'debian', cve).Results,
        },
      ],
    });
    const shop = await send(namespace('shop', true), { label: 'k8s' });
    expect((await send(namespace('web'), { label: 'k8s' })).supersedes).toEqual([]);
    expect((await send(namespace('shop'), { label: 'k8s' })).supersedes).toContainEqual(
      expect.objectContaining({ id: shop.id }),
    );
  });

  it('keeps the scan of a file of the same name in another job', async () => {
    const file = (cve: boolean) => ({
      ...{ SchemaVersion: 2, ArtifactName: 'bom.json', ArtifactType: 'cyclonedx' },
      Results: [
        {
          ...{ Target: 'Node.js', Class: 'lang-pkgs', Type: 'node-pkg' },
          Vulnerabilities: cve
            ? [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'a', Severity: 'HIGH' }]
            : [],
        },
      ],
    });
    await send(file(true), { label: 'trivy' });
    expect((await send(file(false), { label: 'trivy' })).supersedes).toEqual([]);
  });

  it('keeps an SBOM of another subject of one name, and supersedes one with older versions', async () => {
    const app = { metadata: { component: { type: 'application', name: 'shop' } } };
    const lodash = (version: string) => bom([{ name: 'lodash', version, licence: 'MIT' }], app);
    const first = await send(lodash('4.17.20'), { label: 'sbom' });
    const other = await send(bom([{ name: 'express', licence: 'MIT' }], app), { label: 'sbom' });
    expect(other.supersedes).toEqual([]);
    const again = await send(lodash('4.17.21'), { label: 'sbom' });
    expect(again.supersedes.map(({ id }) => id)).toEqual([first.id]);
  });

  it('keeps what another ruleset found in the same files', async () => {
    const semgrep = (...results: object[]) => ({
      ...{ version: '1.90.0', results, errors: [], paths: { scanned: ['a.js', 'b.js'] } },
    });
    const result = {
      ...{ check_id: 'r1', path: 'a.js', start: { line: 1 }, end: { line: 1 } },
      extra: { message: 'm', severity: 'ERROR' },
    };
    const first = await send(semgrep(result), { label: 'semgrep' });
    const second = await send(semgrep(), { label: 'semgrep' });
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain('it has 1 finding of the type code, such as r1');
    expect(await statusOf(first.id)).toBe('current');
  });

  it('keeps components that a longer SBOM of the same subject does not have, and their licences', async () => {
    const app = { metadata: { component: { type: 'application', name: 'shop' } } };
    const js = bom([{ name: 'event-stream', licence: 'MIT' }], app);
    const python = bom([{ name: 'a' }, { name: 'b' }], app);
    const first = await send(js, { label: 'sbom' });
    const second = await send(python, { label: 'sbom' });
    expect(second.warnings[0]?.message).toContain('it has 1 component that this document does not');
    const bare = await send(bom([{ name: 'event-stream' }], app), { label: 'sbom' });
    expect(bare.supersedes).toEqual([]);
    expect(await statusOf(first.id)).toBe('current');
    const both = bom([{ name: 'event-stream', licence: 'MIT' }, { name: 'a' }, { name: 'b' }], app);
    expect((await send(both, { label: 'sbom' })).supersedes).toHaveLength(3);
  });

  it('keeps the scan of another platform of one image, and of other versions of a package', async () => {
    const platform = (id: number, version?: string) =>
      image('shop:1.0', [`shop@sha256:${digest(9)}`], {
        Metadata: {
          RepoDigests: [`shop@sha256:${digest(9)}`],
          ImageID: `sha256:${digest(id)}`,
        },
        Results: [
          {
            ...{ Target: 'x', Class: 'os-pkgs', Type: 'debian' },
            ...(version && {
              Vulnerabilities: [
                {
                  ...{ VulnerabilityID: 'CVE-2026-1', PkgName: 'a', Severity: 'HIGH' },
                  ...{
                    InstalledVersion: version,
                    PkgIdentifier: { PURL: `pkg:deb/debian/a@${version}` },
                  },
                },
              ],
            }),
          },
        ],
      });
    const amd = await send(platform(1, '1'), { label: 'trivy' });
    expect((await send(platform(2), { label: 'trivy' })).supersedes).toEqual([]);
    expect((await send(platform(2, '2'), { label: 'trivy' })).supersedes).not.toContainEqual(
      expect.objectContaining({ id: amd.id }),
    );
    expect(await statusOf(amd.id)).toBe('current');
  });
});
