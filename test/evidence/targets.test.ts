import { beforeEach, describe, expect, it } from 'vitest';
import type { Scope } from '../../src/access/scopes.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { bom } from '../support/documents.js';
import { type UploadOptions, upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

interface Received {
  id: string;
  scanners: string[];
  summary: { shows: string[]; targets: string[]; coverage: { what: string; declared?: boolean }[] };
  supersedes: { id: string; label: string | null; target: string | null }[];
  warnings: { message: string }[];
}
const send = async (document: unknown, options: UploadOptions = {}): Promise<Received> => {
  const response = await upload(context.app, release, document, options);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
};
const statusOf = async (id: string) => (await context.app.inject(`/evidence/${id}`)).json().status;

/** A clean Trivy report of an image. */
const image = (name: string, RepoDigests: string[] = [], more: object = {}) => ({
  SchemaVersion: 2,
  ArtifactName: name,
  ArtifactType: 'container_image',
  Metadata: { RepoDigests },
  Results: [{ Target: `${name} (debian 12)`, Class: 'os-pkgs', Type: 'debian' }],
  ...more,
});
const suite = (name: string, ...tests: string[]) => {
  const cases = (tests.length > 0 ? tests : ['a']).map((test) => `<testcase name="${test}"/>`);
  return `<testsuite name="${name}">${cases.join('')}</testsuite>`;
};
const xml = { type: 'application/xml', label: 'unit' };

describe('a label', () => {
  it('supersedes a report of the same targets, whatever the tag, and says so', async () => {
    const first = await send(image('shop:1.0'), { label: 'trivy' });
    expect(first.supersedes).toEqual([]);
    const second = await send(image('shop:1.1'), { label: 'trivy' });
    expect(second.supersedes).toMatchObject([
      { id: first.id, label: 'trivy', target: 'Trivy image shop' },
    ]);
    expect(second.warnings).toEqual([]);
    expect(await statusOf(first.id)).toBe('superseded');
  });

  it('keeps a report of another artifact with the same name, such as another platform', async () => {
    for (const n of [1, 2])
      await addArtifact(context.app, release, {
        sha256: digest(n),
        name: `shop-${n}`,
        kind: 'container',
      });
    const of = (n: number) => image('shop:1.0', [`shop@sha256:${digest(n)}`]);
    const first = await send(of(1), { label: 'trivy' });
    const second = await send(of(2), { label: 'trivy' });
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain(`it is about shop-1 (sha256:${digest(1)})`);
    const again = await send({ ...of(2), CreatedAt: '2026-11-01T00:00:00Z' }, { label: 'trivy' });
    expect(again.supersedes).toMatchObject([{ id: second.id }]);
    expect(await statusOf(first.id)).toBe('current');
  });

  it('keeps a report of another image, with a warning that says what to do', async () => {
    const first = await send(image('shop:1.0'), { label: 'trivy' });
    const second = await send(image('worker:1.0'), { label: 'trivy' });
    expect(second.supersedes).toEqual([]);
    expect(await statusOf(first.id)).toBe('current');
    expect(second.warnings).toHaveLength(1);
    expect(second.warnings[0]?.message).toContain(`POST /evidence/${first.id}/retract`);
    expect(second.warnings[0]?.message).toContain('Trivy image shop');
  });

  it('keeps a report of another suite, and of more suites than the new one', async () => {
    const linux = await send(suite('linux'), xml);
    const windows = await send(suite('windows'), xml);
    expect(await statusOf(linux.id)).toBe('current');
    const both = await send(`<testsuites>${suite('linux')}${suite('windows')}</testsuites>`, xml);
    expect(both.supersedes.map(({ id }) => id)).toEqual([linux.id, windows.id]);
    const again = await send(suite('linux', 'b'), xml);
    expect(again.supersedes).toEqual([]);
    expect(await statusOf(both.id)).toBe('current');
  });

  it('keeps a report when only some of its tests run again', async () => {
    const failing = suite('unit', 'a', 'b').replace('"b"/>', '"b"><failure/></testcase>');
    const first = await send(failing, xml);
    const some = await send(suite('unit', 'b'), xml);
    expect(some.supersedes).toEqual([]);
    expect(some.warnings[0]?.message).toContain('1 of its tests did not run in this document');
    expect(await statusOf(first.id)).toBe('current');
    const all = await send(suite('unit', 'a', 'b'), xml);
    expect(all.supersedes.map(({ id }) => id)).toEqual([first.id, some.id]);
  });

  it('keeps a report when another part of the tests runs, under the same name', async () => {
    const shard = (...tests: string[]) => suite('pytest', ...tests);
    const failed = shard('a', 'b').replace('"b"/>', '"b"><failure/></testcase>');
    const first = await send(failed, xml);
    const second = await send(shard('c', 'd', 'e'), xml);
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain(
      'its test "pytest > b" did not run in this document',
    );
    const all = await send(shard('a', 'b', 'c', 'd', 'e'), xml);
    expect(all.supersedes.map(({ id }) => id)).toEqual([first.id, second.id]);
  });

  it('supersedes a run that crashed by the complete run', async () => {
    const crash = [
      '<testsuite name="pytest" tests="1" errors="1">',
      '<testcase classname="" name="tests.test_cart"><error message="collection failure"/></testcase>',
      '</testsuite>',
    ].join('');
    const crashed = await send(crash, xml);
    const cases = ['a', 'b'].map(
      (name) => `<testcase classname="tests.test_cart" name="${name}"/>`,
    );
    const complete = await send(`<testsuite name="pytest">${cases.join('')}</testsuite>`, xml);
    expect(complete.supersedes.map(({ id }) => id)).toEqual([crashed.id]);
  });

  it('keeps a report of npm audit of another folder, which it does not name', async () => {
    const audit = (total: number) => ({
      auditReportVersion: 2,
      vulnerabilities: {},
      metadata: { vulnerabilities: { total: 0 }, dependencies: { total } },
    });
    const web = await send(audit(812), { label: 'npm' });
    const server = await send(audit(214), { label: 'npm' });
    expect(server.supersedes).toEqual([]);
    expect(server.warnings[0]?.message).toContain('it looked at 812 (vulnerability)');
    const again = await send({ ...audit(812), muted: [] }, { label: 'npm' });
    expect(again.supersedes).toMatchObject([{ id: web.id }]);
    expect(await statusOf(server.id)).toBe('current');
  });

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

  it('keeps the tests of a later run, and of a run that had other tests', async () => {
    const at = (day: string, cases: string) =>
      `<testsuite name="s" timestamp="2026-11-${day}T08:00:00Z">${cases}</testsuite>`;
    const later = await send(at('28', '<testcase name="a"><failure/></testcase>'), xml);
    expect((await send(at('01', '<testcase name="a"/>'), xml)).supersedes).toEqual([]);
    const other = '<testcase name="b"/><testcase name="c"/>';
    const { warnings } = await send(at('28', other), xml);
    expect(warnings[0]?.message).toContain('its test "s > a" did not run');
    expect(await statusOf(later.id)).toBe('current');
  });

  it('keeps the scan of an artifact when another image is scanned', async () => {
    const sha256 = digest(7);
    await addArtifact(context.app, release, { sha256, name: 'shop', kind: 'container' });
    const ours = await send(image('shop:1', [`shop@sha256:${sha256}`]), { label: 'trivy' });
    for (const other of [image('shop:2', [`shop@sha256:${digest(8)}`]), image('shop:debug')])
      await send(other, { label: 'trivy' });
    expect(await statusOf(ours.id)).toBe('current');
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

  it('keeps the report of another cluster of one name that shares an image', async () => {
    const [shared, own, other] = [5, 6, 7].map((n) => ({ ImageID: `sha256:${digest(n)}` }));
    const cluster = (images: unknown[], cve = false) => ({
      ClusterName: 'default',
      Resources: [
        {
          ...{ Namespace: 'shop', Kind: 'Deployment', Name: 'shop', Metadata: images },
          Results: [
            {
              ...{ Target: 'shop (debian 12)', Class: 'os-pkgs', Type: 'debian' },
              Vulnerabilities: cve
                ? [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'a', Severity: 'HIGH' }]
                : [],
            },
          ],
        },
      ],
    });
    const first = await send(cluster([shared, own], true), { label: 'k8s' });
    const second = await send(cluster([shared, other]), { label: 'k8s' });
    expect(second.supersedes).toEqual([]);
    expect(second.warnings[0]?.message).toContain('it names another digest');
    const again = await send(cluster([shared, own, other]), { label: 'k8s' });
    expect(again.supersedes.map(({ id }) => id)).toEqual([first.id, second.id]);
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

  it('supersedes the report of a local image by that of the registry', async () => {
    const of = (name: string, digests: string[], CreatedAt: string) =>
      image(name, digests, {
        CreatedAt,
        Metadata: { RepoDigests: digests, ImageID: `sha256:${digest(5)}` },
      });
    const local = await send(of('shop:1.0', [], '2026-11-01T00:00:00Z'), { label: 'trivy' });
    const pushed = of(
      'reg.example.org/shop:1.0',
      [`reg.example.org/shop@sha256:${digest(6)}`],
      '2026-11-02T00:00:00Z',
    );
    expect((await send(pushed, { label: 'trivy' })).supersedes).toMatchObject([{ id: local.id }]);
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

  it('keeps a report whose claims take effect, if the caller may not make claims', async () => {
    const guardedSend = async (document: unknown, scopes: Scope[]): Promise<Received> => {
      const { headers } = await giveToken({ scopes });
      return (await upload(guarded.app, release, document, { label: 'lint', headers })).json();
    };
    const suppressed = {
      version: '2.1.0',
      runs: [
        {
          tool: { driver: { name: 'ESLint' } },
          results: [{ ruleId: 'a', message: { text: 'x' }, suppressions: [{ kind: 'external' }] }],
        },
      ],
    };
    const first = await guardedSend(suppressed, ['evidence:write', 'vex:write']);
    const second = await guardedSend({ ...suppressed, properties: {} }, ['evidence:write']);
    expect(second.supersedes).toEqual([]);
    expect(second.warnings.map(({ message }) => message).join()).toContain(
      `Evidence ${first.id} with the label lint still counts: only a caller with the scope vex:write supersedes claims that take effect. Its claims do not apply to findings of this document. Give`,
    );
  });

  it('counts documents that count beside each other, both by one label', async () => {
    const some = ['a', 'b', 'c', 'd'].map((name) => send(suite(name), xml));
    const ids = (await Promise.all(some)).map(({ id }) => id);
    expect(await Promise.all(ids.map(statusOf))).toEqual(ids.map(() => 'current'));
  });
});

describe('a label whose new report shows less', () => {
  const vulnerable = (CreatedAt?: string) =>
    image('shop:1.0', [], {
      CreatedAt,
      Results: [
        {
          Class: 'os-pkgs',
          Type: 'debian',
          Vulnerabilities: [{ VulnerabilityID: 'CVE-2026-1', PkgName: 'zlib', Severity: 'HIGH' }],
        },
      ],
    });
  const grypeReport = (db: object, matches: object[] = []) => ({
    matches,
    source: { type: 'image', target: { userInput: 'shop:1.0' } },
    descriptor: { name: 'grype', db },
  });
  const match = {
    vulnerability: { id: 'CVE-2026-1', severity: 'High' },
    artifact: { name: 'zlib', version: '1.0' },
  };

  it('keeps the findings if the tool failed this time', async () => {
    const found = await send(grypeReport({ valid: true }, [match]), { label: 'scan' });
    const failed = await send(grypeReport({ valid: false }), { label: 'scan' });
    expect(failed.supersedes).toEqual([]);
    expect(failed.warnings[0]?.message).toContain('does not show a scan for them');
    expect(await statusOf(found.id)).toBe('current');
    const again = await send(grypeReport({ valid: true }), { label: 'scan' });
    expect(again.supersedes.map(({ id }) => id)).toEqual([found.id, failed.id]);
  });

  it('keeps the report of a later run', async () => {
    const found = await send(vulnerable('2026-11-02T08:00:00Z'), { label: 'scan' });
    const stale = await send(image('shop:1.0', [], { CreatedAt: '2026-11-01T08:00:00Z' }), {
      label: 'scan',
    });
    expect(stale.supersedes).toEqual([]);
    expect(stale.warnings[0]?.message).toContain('its tool ran at 2026-11-02T08:00:00.000Z');
    expect(await statusOf(found.id)).toBe('current');
  });
});

describe('the artifact of an upload', () => {
  const [own, index, other] = [digest(1), `sha256:${digest(2)}`, `sha256:${digest(3)}`];
  const container = { kind: 'container', name: 'registry.example.org/shop:1.0', sha256: own };

  it('is refused if the document names other digests', async () => {
    await addArtifact(context.app, release, container);
    const response = await upload(context.app, release, image('shop:1.0', [`shop@${other}`]), {
      artifact: own,
    });
    expectProblem(response, 422, 'subject-mismatch');
    expect(response.json().detail).toContain(other);
    expect(response.json().detail).toContain(own);
  });

  it('accepts its own digest, and those that are registered for it', async () => {
    await addArtifact(context.app, release, { ...container, digests: [index] });
    for (const named of [`shop@sha256:${own}`, `shop@${index}`]) {
      const { warnings } = await send(image('shop:1.0', [named]), {
        artifact: own,
        label: named.slice(-4),
      });
      expect(warnings).toEqual([]);
    }
  });

  it('does not conflict with image ids, and another name is a warning', async () => {
    await addArtifact(context.app, release, container);
    const local = image('shop:1.0', [], { Metadata: { ImageID: other } });
    expect((await send(local, { artifact: own })).warnings).toEqual([]);
    const { warnings } = await send(image('worker:1.0'), { artifact: own });
    expect(warnings).toMatchObject([{ message: expect.stringContaining('worker:1.0') }]);
  });

  it('is compared with all artifacts of the release for a document without one', async () => {
    await addArtifact(context.app, release, container);
    const { warnings } = await send(image('shop:1.0', [`shop@${other}`]));
    expect(warnings).toMatchObject([{ message: expect.stringContaining(other) }]);
  });
});

describe('scanners', () => {
  const clean = image('shop:1.0');

  it('are the word of the uploader, for what the document does not show', async () => {
    const silent = await send(clean);
    expect(silent.summary.shows).toEqual(['vulnerability']);
    const told = await send(clean, { scanners: 'secret,vuln' });
    expect(told.id).not.toBe(silent.id);
    expect(told.scanners).toEqual(['secret', 'vulnerability']);
    expect(told.summary.shows.toSorted()).toEqual(['secret', 'vulnerability']);
    const declared = told.summary.coverage.filter((entry) => entry.declared);
    expect(declared.map(({ what }) => what)).toEqual(['secret']);
  });

  it('make the same document with the same scanners the same evidence', async () => {
    const first = await send(clean, { scanners: 'secret' });
    const again = await upload(context.app, release, clean, { scanners: 'secret' });
    expect([again.statusCode, again.json().id]).toEqual([200, first.id]);
  });

  it('must be known, and possible for the kind', async () => {
    const unknown = await upload(context.app, release, clean, { scanners: 'everything' });
    expectProblem(unknown, 400, 'validation-failed');
    const impossible = await upload(context.app, release, [], {
      kind: 'gitleaks',
      scanners: 'vuln',
    });
    expectProblem(impossible, 422, 'document-invalid');
    const grype = {
      version: '2.1.0',
      runs: [{ tool: { driver: { name: 'Grype' } }, results: [] }],
    };
    const other = await upload(context.app, release, grype, { scanners: 'secret' });
    expectProblem(other, 422, 'document-invalid');
    expect(other.json().detail).toContain('Grype');
    expect(impossible.json().detail).toContain('does not report vulnerability');
  });
});
