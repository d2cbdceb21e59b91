import { beforeEach, describe, expect, it } from 'vitest';
import { UPLOADS } from '../../src/documents/kinds/index.js';
import { SHOWN, type Shown } from '../../src/vocabulary/finding-types.js';
import { useApp } from '../support/app.js';
import { deployed } from '../support/deployments.js';
import { bom, junit, npmAudit, sarif, trivy, trivyOf } from '../support/documents.js';
import { retract, type UploadOptions, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest, seal } from '../support/releases.js';
import { ageDocuments, denials, guard, verdictOf, waived, XML } from '../support/verdicts.js';

/** The advice of each denial, followed to the letter, turns it into an allow. */

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
let version = 1;
beforeEach(async () => {
  version = 1;
  release = (await createRelease(context.app, { version: '1.0.0' })).id;
});

const send = (document: unknown, options: UploadOptions = {}) =>
  uploaded(context.app, release, document, options);
const newRelease = async () => {
  version += 1;
  release = (await createRelease(context.app, { projectId: 1, version: `${version}.0.0` })).id;
};

/** Expects a denial whose message contains the advice. */
async function denied(advice: string | RegExp, environment = 'gate') {
  const verdict = await verdictOf(context.app, release, { environment });
  expect(verdict.decision).toBe('deny');
  const reasons = denials(verdict).join('\n');
  if (typeof advice === 'string') expect(reasons).toContain(advice);
  else expect(reasons).toMatch(advice);
}

async function allowed(environment = 'gate') {
  const verdict = await verdictOf(context.app, release, { environment });
  expect(denials(verdict)).toEqual([]);
  expect(verdict.decision).toBe('allow');
}

const image = (more: object = {}) => ({
  SchemaVersion: 2,
  ArtifactName: 'image:1',
  ArtifactType: 'container_image',
  Results: [{ Target: 'image:1 (debian 12)', Class: 'os-pkgs', Type: 'debian' }],
  ...more,
});
const source = (...results: object[]) => ({ ...trivy(), Results: results });

/** A clean report of everything that a denial may ask for, by the text with which it asks. */
const CLEAN: Readonly<Record<Shown, Readonly<Record<string, () => Promise<unknown>>>>> = {
  tests: {
    junit: () => send(junit('passed'), XML),
    trx: () =>
      send(
        [
          '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">',
          '<Results><UnitTestResult testName="a" outcome="Passed"/></Results>',
          '<ResultSummary outcome="Completed"><Counters total="1" executed="1" passed="1"/></ResultSummary>',
          '</TestRun>',
        ].join(''),
        XML,
      ),
    'go-test': () =>
      send(
        [
          { Action: 'run', Package: 'shop', Test: 'TestA' },
          { Action: 'pass', Package: 'shop', Test: 'TestA', Elapsed: 0.1 },
          { Action: 'pass', Package: 'shop', Elapsed: 0.2 },
        ]
          .map((line) => JSON.stringify(line))
          .join('\n'),
      ),
  },
  components: {
    cyclonedx: () => send(bom([{ licence: 'MIT' }])),
    spdx: () =>
      send({
        spdxVersion: 'SPDX-2.3',
        SPDXID: 'SPDXRef-DOCUMENT',
        name: 'shop',
        packages: [{ SPDXID: 'SPDXRef-a', name: 'a', versionInfo: '1' }],
      }),
  },
  vulnerability: {
    trivy: () => send(image()),
    grype: () =>
      send({
        matches: [],
        source: { type: 'directory', target: '/src' },
        distro: { name: 'debian', version: '12' },
        descriptor: { name: 'grype', version: '0.92.2', db: { status: { valid: true } } },
      }),
    'npm-audit': () => send(npmAudit()),
    'osv with --all-packages': () =>
      send({
        results: [
          {
            source: { path: '/src/package-lock.json', type: 'lockfile' },
            packages: [{ package: { name: 'a', version: '1.0.0', ecosystem: 'npm' } }],
          },
        ],
      }),
  },
  misconfiguration: {
    'trivy with its misconfiguration scanner': () =>
      send(
        source({
          Target: 'Dockerfile',
          Class: 'config',
          Type: 'dockerfile',
          MisconfSummary: { Successes: 20, Failures: 0 },
        }),
      ),
  },
  secret: {
    gitleaks: () => send([], { kind: 'gitleaks' }),
    'trivy with its secret scanner (name all scanners that ran in the upload, such as ?scanners=vuln,secret)':
      () => send(image(), { scanners: 'vuln,secret' }),
  },
  licence: {
    'trivy with its licence scanner (name all scanners that ran in the upload, such as ?scanners=vuln,license)':
      () => send(image(), { scanners: 'vuln,license' }),
    'osv with --all-packages and --licenses': () =>
      send({
        results: [
          {
            source: { path: '/src/package-lock.json', type: 'lockfile' },
            packages: [
              {
                package: { name: 'a', version: '1.0.0', ecosystem: 'npm' },
                licenses: ['MIT'],
              },
            ],
          },
        ],
        experimental_config: { licenses: { summary: false, allowlist: ['MIT'] } },
      }),
  },
  code: {
    sarif: () => send(sarif([], { name: 'Biome' })),
    semgrep: () =>
      send({ version: '1.90.0', results: [], errors: [], paths: { scanned: ['a.js'] } }),
  },
};

const rulesFor = (what: Shown): object[] => {
  if (what === 'tests') return [{ rule: 'tests-passed' }];
  if (what === 'components') return [{ rule: 'evidence-required', shows: what }];
  if (what === 'secret') return [{ rule: 'no-secrets' }];
  return [{ rule: 'max-findings', types: [what] }];
};

describe('a denial without evidence', () => {
  it.each(SHOWN.flatMap((what) => (UPLOADS[what] ?? []).map((text) => ({ what, text }))))(
    'asks for $what: $text',
    async ({ what, text }) => {
      await guard(context.app, rulesFor(what));
      await denied(text);
      const upload = CLEAN[what][text];
      if (!upload) throw new Error(`CLEAN has no report for "${text}": add it`);
      await upload();
      await allowed();
    },
  );
});

describe('tests-passed', () => {
  it('is met by a new release with passing tests', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    await send(junit('failure'), { ...XML, label: 'unit' });
    await denied('make a new release of it');
    await newRelease();
    await send(junit('passed'), { ...XML, label: 'unit' });
    await allowed();
  });

  it('is met by running the tests again, with the same label', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    await send(junit('failure'), { ...XML, label: 'unit' });
    await denied('upload the report with the same label');
    await send(junit('passed'), { ...XML, label: 'unit' });
    await allowed();
  });

  it('is met by retracting a report that is wrong', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    await send(junit('passed'), XML);
    const { id } = await send(junit('failure'), XML);
    await denied('retract it: POST /evidence/{id}/retract');
    await retract(context.app, id);
    await allowed();
  });

  it('is met by retracting a report without a label, which no other supersedes', async () => {
    await guard(context.app, [{ rule: 'tests-passed' }]);
    const { id } = await send(junit('failure'), XML);
    await send(junit('passed'), { ...XML, label: 'unit' });
    await denied('No upload supersedes junit without a label. Retract what is out of date');
    await retract(context.app, id);
    await allowed();
  });
});

describe('max-findings', () => {
  const rules = [{ rule: 'max-findings', severity: 'high' }];

  it('is met by updating the packages and scanning again, with the same label', async () => {
    await guard(context.app, rules);
    await send(trivy({ fixed: '4.17.21' }), { label: 'scan' });
    await denied('scan again and upload the report with the same label');
    await send(trivy(), { label: 'scan' });
    await allowed();
  });

  it('is met by a new release, if the package is in an artifact', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    await addArtifact(context.app, release, { sha256: digest(1), kind: 'container' });
    await send(trivyOf(digest(1), { fixed: '4.17.21' }), { label: 'scan', artifact: digest(1) });
    await denied('Update the packages and make a new release of the corrected commit');
    await newRelease();
    await addArtifact(context.app, release, { sha256: digest(2), kind: 'container' });
    await send(trivyOf(digest(2)), { label: 'scan', artifact: digest(2) });
    await allowed();
  });

  it('is met by retracting the report of another label that it names', async () => {
    await guard(context.app, rules);
    const { id } = await send(trivy({ fixed: '4.17.21' }), { label: 'night-1' });
    await send(trivy(), { label: 'night-2' });
    await denied(
      'These reports count: trivy (night-1); trivy (night-2). Retract one that is out of',
    );
    await denied(
      'Retract one that is out of date: POST /evidence/{id}/retract. GET /releases/{id}/evidence has',
    );
    const listed = (await context.app.inject(`/releases/${release}/evidence`)).json();
    expect(listed.find(({ label }: { label: string }) => label === 'night-1')?.id).toBe(id);
    await retract(context.app, id);
    await allowed();
  });

  it('is met by its own label for each run of a scanner', async () => {
    await guard(context.app, [...rules, { rule: 'no-secrets' }]);
    await send(image(), { label: 'scan', scanners: 'vuln' });
    await denied(
      'A report of another run needs another label: with the same one, it replaces trivy (scan)',
    );
    await send(image({ ReportID: '2' }), { label: 'secrets', scanners: 'secret' });
    await allowed();
  });

  it('is met by a call with the artifact from the first denial on', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }], 'scans');
    await guard(context.app, [{ rule: 'no-secrets', scope: 'artifacts' }], 'secrets');
    await addArtifact(context.app, release, { sha256: digest(1), name: 'image:1' });
    const call = 'POST /releases/{id}/evidence?artifact={sha256}';
    await denied(
      `No vulnerability scan counts for image:1. Upload a report of trivy, grype or osv with --all-packages: ${call}`,
      'scans',
    );
    await denied(/No secret scan counts for image:1\. .*\?artifact=\{sha256\}/, 'secrets');
    await send(image(), { artifact: digest(1) });
    await send([], { kind: 'gitleaks', artifact: digest(1) });
    await allowed('scans');
    await allowed('secrets');
  });

  it('is met by the word of the uploader, if the server does not know the tool', async () => {
    await guard(context.app, [{ rule: 'max-findings', types: ['code'] }]);
    const clean = sarif([], { name: 'Our linter' });
    await send(clean, { label: 'lint' });
    await denied('the server does not know its tool');
    await send(clean, { label: 'lint', scanners: 'code' });
    await allowed();
  });

  it('is met by naming all scanners that ran, if only some were named', async () => {
    await guard(context.app, [...rules, { rule: 'no-secrets' }]);
    const listed = { Class: 'os-pkgs', Type: 'debian', Packages: [{ Name: 'zlib' }] };
    await send(image({ Results: [listed] }), { label: 'scan', scanners: 'secret' });
    await denied('upload it again and name all scanners that ran, such as ?scanners=vuln,secret');
    await send(image({ Results: [listed] }), { label: 'scan', scanners: 'vuln,secret' });
    await allowed();
  });

  it('is met by a new release, if the code has to change', async () => {
    await guard(context.app, [{ rule: 'max-findings', types: ['code'] }]);
    await send(sarif([{ rule: 'no-eval' }], { name: 'Biome' }), { label: 'lint' });
    await denied('Fix the findings and make a new release of the corrected commit');
    await newRelease();
    await send(sarif([], { name: 'Biome' }), { label: 'lint' });
    await allowed();
  });

  it('is met by retracting the old report, if the new one does not replace it', async () => {
    await guard(context.app, rules);
    const old = await send(trivy({ fixed: '4.17.21' }), { label: 'scan' });
    const rebuilt = { ...trivy(), ArtifactName: 'shop:2', ArtifactType: 'container_image' };
    await send(rebuilt, { label: 'scan' });
    await denied('scan again and upload the report with the same label');
    await retract(context.app, old.id);
    await allowed();
  });

  it('is met by a waiver', async () => {
    await guard(context.app, rules);
    await send(trivy({ id: 'CVE-2026-1' }), { label: 'scan' });
    await denied('request a waiver: POST /waivers');
    await waived(guarded.app, { projectId: 1, rule: 'CVE-2026-1' });
    await allowed();
  });

  it('is met by a scan of each artifact', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    const [a, b] = [digest(1), digest(2)];
    await addArtifact(context.app, release, { sha256: a, name: 'image:1' });
    await addArtifact(context.app, release, { sha256: b, name: 'worker:1' });
    await send(image(), { artifact: a });
    await denied(/counts for worker:1\..*\?artifact=\{sha256\}/);
    await send(image({ ArtifactName: 'worker:1' }), { artifact: b });
    await allowed();
  });

  it('is met by uploading a scan for the artifact, if it names no digest', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    const [a, b] = [digest(1), digest(2)];
    await addArtifact(context.app, release, { sha256: a, name: 'image:1' });
    await addArtifact(context.app, release, { sha256: b, name: 'image:1' });
    await send(image(), { label: 'scan' });
    await denied(/trivy \(scan\) names an image without a digest .* Upload it for its artifact/);
    await send(image(), { artifact: a });
    await denied(`counts for image:1 (sha256:${b})`);
    await send(image(), { artifact: b });
    await allowed();
  });

  it('is met by uploading a scan of the release for each artifact that it looked at', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    const files = [digest(1), digest(2)];
    for (const sha256 of files)
      await addArtifact(context.app, release, { sha256, name: sha256, kind: 'archive' });
    await send(npmAudit(), { label: 'scan' });
    await denied('npm-audit (scan) names no artifact, and the release has 2 artifacts. Upload it');
    for (const artifact of files) await send(npmAudit(), { label: 'scan', artifact });
    await allowed();
  });

  it('is met by a scan of the image, if only files were scanned', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    await addArtifact(context.app, release, { sha256: digest(1), name: 'image:1' });
    await send(npmAudit(), { label: 'scan' });
    await denied('looked at files, and not at the image. Upload a report of trivy, grype or osv');
    await send(image(), { artifact: digest(1) });
    await allowed();
  });

  it('is met by retracting the scan of another image', async () => {
    await guard(context.app, rules);
    await addArtifact(context.app, release, { sha256: digest(1), kind: 'container' });
    const other = `sha256:${digest(2)}`;
    const { id } = await send(
      { ...image({ Metadata: { RepoDigests: [`x@${other}`] } }), Results: trivy({}).Results },
      { label: 'scan' },
    );
    await send(image(), { label: 'right' });
    await denied(`trivy (scan) is about ${other}. Retract what is not about this release`);
    await retract(context.app, id);
    await allowed();
  });
});

describe('no-secrets', () => {
  it('is met by a new release without the secret', async () => {
    await guard(context.app, [{ rule: 'no-secrets' }]);
    const leak = { RuleID: 'key', File: 'a', StartLine: 1, Secret: 'x', Match: 'x' };
    await send([leak], { kind: 'gitleaks', label: 'leaks' });
    await denied('remove all of them from the sources and make a new release');
    await newRelease();
    await send([], { kind: 'gitleaks', label: 'leaks' });
    await allowed();
  });
});

describe('no-secrets for an image', () => {
  beforeEach(async () => {
    await guard(context.app, [{ rule: 'no-secrets', scope: 'artifacts' }]);
    await addArtifact(context.app, release, { sha256: digest(1), name: 'image:1' });
    await send([], { kind: 'gitleaks', label: 'leaks' });
    await denied('does not say that it looked at the image. If it did, upload it for the artifact');
  });

  it('is met by a report of Gitleaks that is uploaded for it', async () => {
    await send([], { kind: 'gitleaks', label: 'leaks', artifact: digest(1) });
    await allowed();
  });

  it('is met by Trivy with its secret scanner', async () => {
    await send(image(), { scanners: 'vuln,secret', artifact: digest(1) });
    await allowed();
  });
});

describe('other rules', () => {
  it('evidence-required is met by a report with a time, if the same bytes are too old', async () => {
    const rule = { rule: 'evidence-required', shows: 'vulnerability', maximumAgeDays: 1 };
    await guard(context.app, [rule]);
    await guard(context.app, [{ ...rule, unknownAge: 'last-upload' }], 'lenient');
    await send(npmAudit(), { label: 'scan' });
    await ageDocuments(2);
    await denied('upload a report with a time, or let the policy count the last upload');
    await allowed('lenient');
    await send(image({ CreatedAt: new Date().toISOString() }), { label: 'timed' });
    await allowed();
  });

  it('evidence-required is met by running the tool again', async () => {
    await guard(context.app, [
      { rule: 'evidence-required', shows: 'vulnerability', maximumAgeDays: 1 },
    ]);
    await send(image({ CreatedAt: '2025-10-01T00:00:00Z' }), { label: 'scan' });
    await denied('Run the tool again and upload the report');
    await send(image({ CreatedAt: new Date().toISOString() }), { label: 'scan' });
    await allowed();
  });

  it('evidence-required is met by a report that tells the age of its database', async () => {
    await guard(context.app, [
      { rule: 'evidence-required', shows: 'vulnerability', maximumDatabaseAgeDays: 1 },
    ]);
    await send(image(), { label: 'scan' });
    await denied(
      'The age of the database is not known from trivy (scan). Upload a report that tells',
    );
    await send({
      matches: [],
      source: { type: 'directory', target: '/src' },
      distro: { name: 'debian', version: '12' },
      descriptor: { name: 'grype', version: '0.92.2', db: { built: new Date().toISOString() } },
    });
    await allowed();
  });

  it('evidence-required is met by evidence for each artifact', async () => {
    await guard(context.app, [
      { rule: 'evidence-required', shows: 'vulnerability', scope: 'artifacts' },
    ]);
    await addArtifact(context.app, release, { sha256: digest(1) });
    await send(image(), { label: 'scan' });
    await denied('trivy (scan) was uploaded for the whole release. Upload a report of');
    await send(image(), { label: 'scan', artifact: digest(1) });
    await allowed();
  });

  it('licences are met by correcting them, or by a new release without the component', async () => {
    await guard(context.app, [{ rule: 'licences', deny: ['GPL-3.0-only'] }]);
    const copyleft = bom([{ name: 'a', licence: 'GPL-3.0-only' }]);
    await send(copyleft, { label: 'sbom' });
    await denied('correct their licences in the SBOM and upload it with the same label');
    await send(bom([{ name: 'a', licence: 'MIT' }]), { label: 'sbom' });
    await allowed();
    await newRelease();
    await send(copyleft, { label: 'sbom' });
    await denied('make a new release of the corrected commit');
    await send(bom([{ name: 'b', licence: 'MIT' }]), { label: 'sbom' });
    await denied('pkg:npm/a');
    await newRelease();
    await send(bom([{ name: 'b', licence: 'MIT' }]), { label: 'sbom' });
    await allowed();
  });

  it('banned-components is met by updating and a new SBOM with the same label', async () => {
    const components = [{ purl: 'pkg:npm/lodash', versions: '<4.17.21' }];
    await guard(context.app, [{ rule: 'banned-components', components }]);
    await send(bom([{ licence: 'MIT' }]), { label: 'sbom' });
    await denied('Update them and upload a new SBOM with the same label');
    await send(bom([{ version: '4.17.21', licence: 'MIT' }]), { label: 'sbom' });
    await allowed();
  });

  it('sealed-only is met by sealing', async () => {
    await guard(context.app, [{ rule: 'sealed-only' }]);
    await denied('POST /releases/{id}/seal');
    await seal(context.app, release);
    await allowed();
  });

  it('semver-increases is met by a higher version', async () => {
    await guard(context.app, [{ rule: 'semver-increases' }]);
    await newRelease();
    await deployed(context.app, release, 'gate');
    release = (await createRelease(context.app, { projectId: 1, version: '1.5.0' })).id;
    await denied('Register a release with a higher version');
    await newRelease();
    await allowed();
  });
});
