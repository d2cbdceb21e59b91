import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { npmAudit } from '../support/documents.js';
import { retract, type UploadOptions, upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

/** What a parser does not know counts as nothing: it denies, the denial names it, and its advice is a way out. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

interface Received {
  readonly id: string;
  readonly supersedes: readonly { readonly id: string }[];
  readonly warnings: readonly { readonly message: string }[];
}
async function send(document: unknown, options: UploadOptions = {}): Promise<Received> {
  const response = await upload(context.app, release, document, { label: 'own', ...options });
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}
const reasons = async () =>
  denials(await verdictOf(context.app, release, { environment: 'gate' })).join();

interface Case {
  readonly document: unknown;
  readonly reason: string;
  /** What the denial advises to upload instead, with the same label. */
  readonly better: unknown;
  readonly options?: UploadOptions;
}

const junit = (test: string, suite = '') =>
  `<testsuites><testsuite name="cart"${suite}><testcase name="adds"/>${test}</testsuite></testsuites>`;
const CLEAN = junit('<testcase name="pays"/>');
const odd = (attributes: string, inner = '') =>
  junit(`<testcase name="pays" ${attributes}>${inner}</testcase>`);
const inJunit = (document: string, reason: string): Case => ({
  document,
  reason,
  better: CLEAN,
  options: XML,
});
const OF = 'of "cart > pays" is not known';

const JUNIT: Record<string, Case> = {
  'a word': inJunit(odd('status="purple"'), `status="purple" ${OF}`),
  'a number': inJunit(odd('status="1"'), `status="1" ${OF}`),
  'a word with a sign': inJunit(odd('status="!passed"'), `status="!passed" ${OF}`),
  'a colour': inJunit(odd('light="red"'), `light="red" ${OF}`),
  'an exit code': inJunit(odd('exitcode="3"'), `exitcode="3" ${OF}`),
  'a flag': inJunit(odd('success="perhaps"'), `success="perhaps" ${OF}`),
  'an element': inJunit(odd('', '<bug/>'), `<bug> ${OF}`),
  'an element in an element': inJunit(odd('', '<steps><bug/></steps>'), `<bug> ${OF}`),
  'a text': inJunit(odd('', 'expected 1'), `the text in it ${OF}`),
  'a property': inJunit(
    odd('', '<properties><property name="status" value="failed"/></properties>'),
    `the property status="failed" ${OF}`,
  ),
  'a word of a suite': inJunit(
    junit('<testcase name="pays"/>', ' result="purple"'),
    'result="purple" in its suite "cart", which is not known',
  ),
  'a number of a suite': inJunit(
    junit('<testcase name="pays"/>', ' Fehler="1"'),
    'Fehler="1" in its suite "cart", which is not known',
  ),
  'a run that did not end': inJunit(
    junit('<testcase name="pays"/>', ' finished="false"'),
    'finished="false" in its suite "cart", which is not known',
  ),
  'a failure in an output': inJunit(
    odd('', '<system-out><failure/></system-out>'),
    `<failure> in <system-out> ${OF}`,
  ),
  'an element of a suite': inJunit(
    junit('<testcase name="pays"/><bug/>'),
    '<bug> in its suite "cart"',
  ),
  'a word of a wrapper': inJunit(
    `<r state="purple">${CLEAN.replaceAll(/<.?testsuites>/g, '')}</r>`,
    'state="purple"',
  ),
};

const trx = (result: string, summary = '') =>
  [
    '<TestRun xmlns="http://microsoft.com/schemas/VisualStudio/TeamTest/2010">',
    `<Results><UnitTestResult testName="pays" ${result}</Results>`,
    `<ResultSummary outcome="Completed"><Counters total="1" ${summary}/></ResultSummary></TestRun>`,
  ].join('');
const inTrx = (document: string, reason: string): Case => ({
  document,
  reason,
  better: trx('outcome="Passed"/>'),
  options: XML,
});

const TRX: Record<string, Case> = {
  'the outcome Completed': inTrx(trx('outcome="Completed"/>'), 'the outcome Completed of "pays"'),
  'the outcome Warning': inTrx(trx('outcome="Warning"/>'), 'the outcome Warning of "pays"'),
  'an element of a result': inTrx(
    trx('outcome="Passed"><Verdict/></UnitTestResult>'),
    '<Verdict> of "pays"',
  ),
  'a warning of the run': inTrx(
    trx('outcome="Passed"/>').replace(
      '</ResultSummary>',
      '<RunInfos><RunInfo outcome="Warning"><Text>No test is available</Text></RunInfo></RunInfos></ResultSummary>',
    ),
    'the run warns: No test is available',
  ),
  'a counter': inTrx(trx('outcome="Passed"/>', 'lost="1"'), 'its counter lost="1" is not known'),
};

const go = (...more: object[]) =>
  [
    ...[{ Action: 'start' }, { Action: 'run', Test: 'A' }, { Action: 'pass', Test: 'A' }],
    ...more,
    { Action: 'pass' },
  ]
    .map((event) => JSON.stringify({ Package: 'shop', ...event }))
    .join('\n');
const GO: Record<string, Case> = {
  'an action of a package': {
    document: go({ Action: 'explode' }),
    reason: 'the action "explode" is not known',
    better: go(),
  },
  'an action of a test that passed': {
    document: go({ Action: 'explode', Test: 'A' }),
    reason: 'the action "explode" is not known',
    better: go(),
  },
};

describe('tests: what is not known about one', () => {
  beforeEach(() => guard(context.app, [{ rule: 'tests-passed' }]));

  it.each(Object.entries({ ...JUNIT, ...TRX, ...GO }))('%s', async (_name, one) => {
    const { id } = await send(one.document, one.options);
    expect(await reasons()).toContain(one.reason);
    // A known outcome in another report does not make up for it.
    await send(one.better, { ...one.options, label: 'another' });
    expect(await reasons()).toContain(one.reason);
    const { supersedes } = await send(one.better, one.options);
    if (supersedes.length === 0) await retract(context.app, id);
    expect(await reasons()).toBe('');
  });

  it('denies also if the rule allows failures', async () => {
    await guard(context.app, [{ rule: 'tests-passed', maximumFailures: 9 }], 'lenient');
    await send(odd('status="purple"'), XML);
    const verdict = await verdictOf(context.app, release, { environment: 'lenient' });
    expect(denials(verdict).join()).toContain('status="purple"');
  });
});

const grype = (configuration: object) => ({
  matches: [],
  source: { type: 'directory', target: '/src' },
  distro: { name: 'debian', version: '12' },
  descriptor: {
    name: 'grype',
    version: '0.104.0',
    configuration,
    db: { status: { valid: true } },
  },
});
const pnpm = (muted: object[]) => ({
  actions: [],
  advisories: {},
  muted,
  metadata: { vulnerabilities: { critical: 0 }, totalDependencies: 9 },
});
const trivy = (...Results: object[]) => ({
  SchemaVersion: 2,
  ArtifactName: '.',
  ArtifactType: 'filesystem',
  Results,
});
const lock = { Target: 'package-lock.json', Class: 'lang-pkgs', Type: 'npm' };

const SCANS: Record<string, Case> = {
  'Grype with only-fixed': {
    document: grype({ 'only-fixed': true }),
    reason: 'only vulnerabilities with a fix (only-fixed). Scan again without this setting',
    better: grype({}),
    options: { scanners: 'vulnerability' },
  },
  'Grype with exclude': {
    document: grype({ exclude: ['./vendor/**'] }),
    reason: 'only a part of the files (exclude)',
    better: grype({ exclude: [] }),
  },
  'Grype with ignored states': {
    document: grype({ 'ignore-states': 'wont-fix' }),
    reason: 'only vulnerabilities in some states of their fixes',
    better: grype({}),
  },
  'pnpm audit with muted advisories': {
    document: pnpm([{}]),
    reason: 'the user muted 1 advisory',
    better: pnpm([]),
  },
  'Trivy with a suppressed finding of an unknown type': {
    document: trivy({
      ...lock,
      ExperimentalModifiedFindings: [{ Type: 'mystery', Status: 'ignored', Finding: {} }],
    }),
    reason: 'it suppresses a finding of the type "mystery"',
    better: trivy(lock),
  },
  'a cluster with an image that was not scanned': {
    document: {
      ClusterName: 'c',
      Resources: [
        {
          ...{ Kind: 'Pod', Name: 'shop', Metadata: [{ ImageID: `sha256:${digest(1)}` }] },
          Results: [{ Target: 'shop', Class: 'os-pkgs', Type: 'debian' }],
        },
        {
          Kind: 'Pod',
          Name: 'shop',
          Metadata: [{ ImageID: `sha256:${digest(2)}`, RepoTags: ['side:1'] }],
        },
      ],
    },
    reason: 'the image side:1 runs in the cluster, and has no result',
    better: trivy(lock),
  },
};

describe('scans for vulnerabilities that are not complete', () => {
  beforeEach(() => guard(context.app, [{ rule: 'max-findings', severity: 'low' }]));

  it.each(Object.entries(SCANS))('%s', async (_name, one) => {
    const { id } = await send(one.document, one.options);
    expect(await reasons()).toContain(one.reason);
    const { supersedes } = await send(one.better, one.options);
    if (supersedes.length === 0) await retract(context.app, id);
    expect(await reasons()).toBe('');
  });

  it('checks that a policy of Trivy excepts, and that are not listed', async () => {
    await guard(context.app, [{ rule: 'max-findings', types: ['misconfiguration'] }], 'config');
    const file = { Target: 'Dockerfile', Class: 'config', Type: 'dockerfile' };
    await send(trivy({ ...file, MisconfSummary: { Successes: 9, Failures: 0, Exceptions: 2 } }));
    const verdict = await verdictOf(context.app, release, { environment: 'config' });
    expect(denials(verdict).join()).toContain('a policy excepts 2 failed checks');
  });
});

const sarif = (name: string, more: object = {}) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name, rules: [{ id: 'a' }] } },
      artifacts: [{ location: { uri: 'a.js' } }],
      invocations: [{ executionSuccessful: true }],
      results: [],
      ...more,
    },
  ],
});

describe('SARIF of a tool that is not known', () => {
  it.each<[string, string]>([
    ['Our linter', 'code'],
    ['Acme Vulnerability Scanner', 'vulnerability'],
    ['Acme secret scanner', 'secret'],
  ])('%s: only the word of the uploader shows a scan', async (name, what) => {
    await guard(context.app, [{ rule: 'max-findings', severity: 'low', types: [what] }]);
    await send(sarif(name));
    expect(await reasons()).toContain(`does not know its tool "${name}"`);
    expect(await reasons()).toContain(`?scanners=${what}`);
    await send(sarif(name), { scanners: what });
    const verdict = await verdictOf(context.app, release, { environment: 'gate' });
    expect(denials(verdict)).toEqual([]);
    expect(verdict.results[0]?.message).toContain('is the word of the uploader');
  });
});

describe('a cluster in which an artifact shares a resource with another image', () => {
  const image = (n: number) => ({
    ImageID: `sha256:${digest(n + 50)}`,
    RepoDigests: [`x@sha256:${digest(n)}`],
  });
  const pod = (images: object[]) => ({
    ...{ Kind: 'Pod', Name: 'shop', Metadata: images },
    Results: [{ Target: 'shop (debian 12)', Class: 'os-pkgs', Type: 'debian' }],
  });
  const cluster = (...Resources: object[]) => ({ ClusterName: 'c', Resources });

  it('does not cover it, because the results may be of the other image', async () => {
    await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
    await addArtifact(context.app, release, { sha256: digest(1), name: 'shop' });
    await send(cluster(pod([image(1), image(2)])));
    expect(await reasons()).toContain('No vulnerability scan counts for shop');
    await send(cluster(pod([image(1)]), pod([image(2)])), { label: 'each' });
    expect(await reasons()).toBe('');
  });
});

describe('an SBOM of another folder with the same name', () => {
  const bom = (version: string, purl?: string) => ({
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    metadata: { component: { type: 'application', name: 'shop', ...(purl && { purl }) } },
    components: [{ type: 'library', name: 'lodash', version, purl: `pkg:npm/lodash@${version}` }],
  });

  it('counts beside the first if it is of another ecosystem', async () => {
    await send(bom('4.17.20', 'pkg:npm/shop@1'));
    const { supersedes, warnings } = await send(bom('4.17.21', 'pkg:pypi/shop@1'));
    expect(supersedes).toEqual([]);
    expect(warnings[0]?.message).toContain('shop (pkg:npm/shop)');
  });

  it('is told, because it looks like an update', async () => {
    const first = await send(bom('4.17.20'));
    const { supersedes, warnings } = await send(bom('4.17.21'));
    expect(supersedes).toMatchObject([{ id: first.id }]);
    expect(warnings).toMatchObject([
      {
        message: `Evidence ${first.id} with the label own was superseded, and had 1 component in another version, such as lodash. If it was about another folder or job, upload it again with its own label`,
      },
    ]);
    expect((await send(bom('4.17.21', undefined), { label: 'b' })).warnings).toEqual([]);
  });
});

it('npm audit does not cover an image, and the denial does not advise it', async () => {
  await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
  await addArtifact(context.app, release, { sha256: digest(1), name: 'shop' });
  await send(npmAudit());
  expect(await reasons()).toMatch(
    /npm-audit \(own\) looked at files, and not at the image\. Upload a report of trivy, grype or osv/,
  );
});
