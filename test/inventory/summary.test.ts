import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, grype, junit, leak, sarif, trivy, vex } from '../support/documents.js';
import { type UploadOptions, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown, options?: UploadOptions) =>
  uploaded(context.app, release, document, options);
const summary = async () => (await context.app.inject(`/releases/${release}/summary`)).json();

const NONE = { critical: 0, high: 0, medium: 0, low: 0, none: 0, unknown: 0 };
const NO_TYPE = { vulnerability: 0, misconfiguration: 0, secret: 0, licence: 0, code: 0 };
const XML = { type: 'application/xml' };

describe('GET /releases/{id}/summary: 200', () => {
  it('is empty without evidence', async () => {
    expect(await summary()).toEqual({ releaseId: release, evidence: [] });
  });

  it('omits members that no evidence reports on', async () => {
    const { lastReceivedAt } = await send(bom([{}, { version: '2' }, { purl: null }]));
    const evidence = [{ kind: 'cyclonedx', current: 1, lastReceivedAt }];
    expect(await summary()).toEqual({
      releaseId: release,
      evidence,
      components: { distinct: 3 },
    });
    await send(vex({}));
    expect(Object.keys(await summary())).toEqual(['releaseId', 'evidence', 'components', 'claims']);
  });

  it('has zeros for a scan without findings', async () => {
    await send(trivy());
    expect(await summary()).toMatchObject({
      findings: {
        distinct: 0,
        bySeverity: NONE,
        fixableBySeverity: NONE,
        byType: NO_TYPE,
        suppressed: 0,
      },
    });
  });

  it('counts a defect of two tools once, with the worse severity', async () => {
    const same = { id: 'CVE-2021-23337', also: ['GHSA-35jh-r3h4-6jhm'] };
    await send(trivy({ severity: 'MEDIUM', fixed: '4.17.21' }, { version: '4.17.19' }));
    await send(grype({ ...same, severity: 'Critical' }, { id: 'CVE-2020-8203' }));
    expect((await summary()).findings).toEqual({
      distinct: 2,
      bySeverity: { ...NONE, critical: 1, high: 1 },
      fixableBySeverity: { ...NONE, critical: 1 },
      byType: { ...NO_TYPE, vulnerability: 2 },
      suppressed: 0,
    });
  });

  it('counts findings of every type', async () => {
    await send([leak('zQ8/+k3?Lw9xV=Tn')]);
    await send(sarif([{}, { rule: 'no-alert' }]));
    await send(trivy({}));
    expect((await summary()).findings).toMatchObject({
      distinct: 4,
      byType: { ...NO_TYPE, secret: 1, code: 2, vulnerability: 1 },
    });
  });

  it('counts suppressed defects separately', async () => {
    await send(trivy({}, { id: 'CVE-2020-8203', fixed: '4.17.21' }));
    await send(vex({ id: 'CVE-2020-8203' }));
    expect((await summary()).findings).toEqual({
      distinct: 1,
      bySeverity: { ...NONE, high: 1 },
      fixableBySeverity: NONE,
      byType: { ...NO_TYPE, vulnerability: 1 },
      suppressed: 1,
    });
  });

  it('counts claims, and which of them apply to a finding now', async () => {
    await send(trivy({}, { version: '4.17.19' }));
    const elsewhere = { product: 'pkg:oci/other', parts: ['pkg:npm/lodash'] };
    await send(vex({}, { status: 'affected' }, { id: 'CVE-2020-8203' }, elsewhere));
    // A product without parts is also a package, so each such statement has two claims.
    expect((await summary()).claims).toEqual({ total: 7, absolving: 5, matched: 1, unmatched: 4 });
  });

  it('counts a defect that is suppressed in only one version of the package', async () => {
    await send(trivy({ version: '4.17.19', severity: 'CRITICAL' }, { version: '4.17.20' }));
    await send(vex({ product: 'pkg:npm/lodash@4.17.19' }));
    expect((await summary()).findings).toMatchObject({ distinct: 1, suppressed: 0 });
  });

  it('adds up test reports', async () => {
    await send(junit('passed', 'failure', 'error'), XML);
    await send(junit('skipped'), { ...XML, label: 'e2e' });
    await send(junit('passed'), { ...XML, label: 'e2e' });
    expect(await summary()).toMatchObject({
      evidence: [{ kind: 'junit', current: 2 }],
      tests: { reports: 2, tests: 4, passed: 2, failures: 1, errors: 1, skipped: 0 },
    });
  });

  it('counts each version of each package once', async () => {
    const artifact = { label: 'other' };
    await send(bom([{}, { version: '2.0.0' }, { name: 'own', purl: null }]));
    await send(bom([{}, { name: 'own', purl: null }, { name: 'ms' }]), artifact);
    expect((await summary()).components).toEqual({ distinct: 4 });
  });

  it('returns when evidence of each kind was last received', async () => {
    await send(trivy());
    const last = await send(trivy({}));
    const { evidence } = await summary();
    expect(evidence).toEqual([{ kind: 'trivy', current: 2, lastReceivedAt: last.lastReceivedAt }]);
  });
});

describe('GET /releases/{id}/summary', () => {
  it('answers 404 if the release does not exist', async () => {
    const url = '/releases/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e/summary';
    expectProblem(await context.app.inject(url), 404, 'release-not-found');
  });
});
