import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { bom, trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';

const context = useApp();
let from: string;
let to: string;
useRows(async () => {
  from = (await createRelease(context.app)).id;
  to = (await createRelease(context.app, { projectId: 1, version: '1.1.0' })).id;
});
const ask = (first = from, second = to) => context.app.inject(`/releases/${first}/diff/${second}`);
const diff = async (...request: Parameters<typeof ask>) => {
  const response = await ask(...request);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};
const findings = async (...request: Parameters<typeof ask>) => (await diff(...request)).findings;
const send = (release: string, document: unknown, label = 'a') =>
  uploaded(context.app, release, document, { label });

describe('findings of GET /releases/{id}/diff/{other}', () => {
  const LOW = { id: 'CVE-2020-0001', severity: 'LOW' };
  const HIGH = { id: 'CVE-2020-0002', severity: 'HIGH', fixed: '4.17.21' };
  const CRITICAL = { id: 'CVE-2020-0003', severity: 'CRITICAL' };

  it('are grouped into new, fixed and unchanged, each once, worst first', async () => {
    await send(from, trivy(LOW, HIGH, { ...HIGH, severity: 'LOW' }));
    await send(to, trivy({ ...LOW, version: '4.17.21' }, CRITICAL, { id: 'CVE-2020-0004' }));
    const result = await findings();
    expect(result.counts).toEqual({ new: 2, fixed: 1, unchanged: 1, unknown: 0 });
    expect(result.new.map(({ rule }: { rule: string }) => rule)).toEqual([
      'CVE-2020-0003',
      'CVE-2020-0004',
    ]);
    expect(result.unchanged).toMatchObject([
      { rule: 'CVE-2020-0001', purl: 'pkg:npm/lodash@4.17.21' },
    ]);
    expect(result.fixed).toEqual([
      {
        fingerprint: expect.stringMatching(/^[0-9a-f]{64}$/),
        type: 'vulnerability',
        severity: 'high',
        rule: 'CVE-2020-0002',
        title: null,
        purl: 'pkg:npm/lodash@4.17.20',
        packageName: 'lodash',
        location: 'package-lock.json',
        fixedVersion: '4.17.21',
        suppressed: false,
      },
    ]);
    expect((await findings(to, from)).counts).toEqual({
      new: 1,
      fixed: 2,
      unchanged: 1,
      unknown: 0,
    });
  });

  it('are unknown, not fixed, if the other release has no such scan', async () => {
    await send(from, trivy(HIGH));
    const unscanned = await diff();
    expect(unscanned.findings.counts).toEqual({ new: 0, fixed: 0, unchanged: 0, unknown: 1 });
    expect(unscanned.findings.unknown).toMatchObject([{ rule: HIGH.id }]);
    expect([unscanned.from.shows, unscanned.to.shows]).toEqual([['vulnerability'], []]);
    await send(to, bom([{ version: '1.0.0' }]));
    expect((await findings()).counts).toMatchObject({ fixed: 0, unknown: 1 });
    await send(to, trivy());
    expect((await findings()).counts).toMatchObject({ fixed: 1, unknown: 0 });
  });

  it('are marked if they are suppressed', async () => {
    await send(from, trivy(HIGH));
    await send(to, trivy(HIGH, CRITICAL));
    await send(to, vex({ id: CRITICAL.id }, { id: HIGH.id }));
    const { counts, ...lists } = await findings();
    expect(counts).toEqual({ new: 1, fixed: 0, unchanged: 1, unknown: 0 });
    expect(lists).toMatchObject({ new: [{ suppressed: true }], unchanged: [{ suppressed: true }] });
    expect((await findings(to, from)).unchanged).toMatchObject([{ suppressed: false }]);
  });

  it('come only from current evidence, as components do', async () => {
    await send(to, trivy(HIGH));
    await send(to, trivy(LOW));
    await send(to, bom([{ version: '1.0.0' }]));
    await send(to, bom([{ version: '2.0.0' }]));
    const { components, findings } = await diff();
    expect(components.added).toMatchObject([{ to: ['2.0.0'] }]);
    expect(findings.new).toMatchObject([{ rule: LOW.id }]);
  });
});
