import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { sarif, trivy, vex } from '../support/documents.js';
import { retract, upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { useRows } from '../support/rows.js';

/** A pipeline cannot suppress its own findings indirectly. */

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
const ID = 'CVE-2021-23337';
const READ = ['releases:read', 'evidence:read'] as const;
let release: string;
let pipeline: Holder;
let lead: Holder;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  pipeline = await giveToken({
    subject: 'ci',
    scopes: [...READ, 'releases:write', 'evidence:write', 'evidence:retract'],
  });
  lead = await giveToken({
    subject: 'lead',
    scopes: [...READ, 'evidence:write', 'evidence:retract', 'vex:write'],
  });
});

const send = async (who: Holder, document: unknown, options = {}) => {
  const response = await upload(context.app, release, document, {
    ...options,
    headers: who.headers,
  });
  expect(response.statusCode, response.body).toBe(201);
  return response.json().id as string;
};

/** The number of defects that count, and of suppressed defects. */
async function counts() {
  const url = `/releases/${release}/summary`;
  const { findings } = (await context.app.inject({ url, headers: pipeline.headers })).json();
  return [findings.distinct, findings.suppressed];
}

describe('a claim of a caller with vex:write', () => {
  const LATER = '2026-02-01T00:00:00Z';
  useRows(async () => {
    await send(pipeline, trivy({ id: ID }));
    await send(lead, vex({ id: ID, at: '2026-01-01T00:00:00Z' }), { label: 'a' });
    expect(await counts()).toEqual([0, 1]);
  });

  it('is not superseded by a caller without vex:write, with any label', async () => {
    await send(lead, vex({ id: ID, status: 'affected', at: LATER }), { label: 'b' });
    expect(await counts()).toEqual([1, 0]);
    await send(pipeline, vex({ id: 'CVE-1999-0001', status: 'affected' }), { label: 'b' });
    expect(await counts()).toEqual([1, 0]);
    await send(lead, vex({ id: 'CVE-1999-0001', status: 'affected' }), { label: 'b' });
    expect(await counts()).toEqual([0, 1]);
    const rows = await sql(
      `SELECT count(*)::int AS n FROM evidence WHERE label = 'b' AND superseded_at IS NULL`,
    );
    expect(rows).toEqual([{ n: 1 }]);
  });

  it('cannot be retracted by a caller without vex:write', async () => {
    const id = await send(lead, vex({ id: ID, status: 'affected', at: LATER }));
    const refused = await retract(context.app, id, 'wrong', pipeline.headers);
    expect(expectProblem(refused, 403, 'insufficient-scope').detail).toContain('vex:write');
    expect(await counts()).toEqual([1, 0]);
    expect((await retract(context.app, id, 'wrong', lead.headers)).statusCode).toBe(200);
    expect(await counts()).toEqual([0, 1]);
  });
});

describe('a claim about an alias', () => {
  const OTHER = 'GHSA-35jh-r3h4-6jhm';

  it('does not apply to an alias that only a pipeline names', async () => {
    await send(lead, vex({ id: OTHER }));
    await send(pipeline, trivy({ id: ID, also: [OTHER] }));
    expect(await counts()).toEqual([1, 0]);
    const url = `/releases/${release}/findings`;
    const [finding] = (await context.app.inject({ url, headers: pipeline.headers })).json();
    expect(finding).toMatchObject({ suppressed: false, claim: null });
  });

  it.each([
    ['the same report', { id: ID, also: [OTHER] }],
    ['a report of another package', { id: ID, also: [OTHER], name: 'other' }],
  ])('applies once a caller with vex:write uploads %s', async (_case, joining) => {
    await send(lead, vex({ id: OTHER }));
    await send(pipeline, trivy({ id: ID, also: [OTHER] }));
    const joined = await send(lead, trivy(joining));
    expect((await counts())[1]).toBe(1);
    await retract(context.app, joined, 'wrong', lead.headers);
    expect(await counts()).toEqual([1, 0]);
  });

  it('does not apply to an id that is no alias of the finding, whatever another release says', async () => {
    const next = await createRelease(open.app, { projectId: 1, version: '2.0.0' });
    await upload(context.app, next.id, trivy({ id: ID, also: [OTHER] }), { headers: lead.headers });
    await send(lead, vex({ id: OTHER }));
    await send(pipeline, trivy({ id: ID, also: [OTHER] }));
    expect(await counts()).toEqual([1, 0]);
  });
});

describe('a VEX document about a product', () => {
  const vendor = 'pkg:oci/vendor-app@1.0';
  const about = vex({ id: ID, product: vendor, parts: ['pkg:npm/lodash@4.17.20'] });
  useRows(async () => {
    await addArtifact(open.app, release, { sha256: digest(1), purl: 'pkg:oci/mine' });
    await send(pipeline, trivy({ id: ID }));
  });

  it('does not apply to an artifact that is registered later', async () => {
    await send(lead, about);
    expect(await counts()).toEqual([1, 0]);
    await addArtifact(open.app, release, { sha256: digest(2), purl: vendor });
    expect(await counts()).toEqual([1, 0]);
    // At the second upload, the caller could know the artifact.
    const again = await upload(context.app, release, about, { headers: lead.headers });
    expect(again.statusCode).toBe(200);
    expect(await counts()).toEqual([0, 1]);
  });
});

describe('a claim about one artifact', () => {
  const [a, b] = [digest(1), digest(2)];
  useRows(async () => {
    for (const sha256 of [a, b]) await addArtifact(open.app, release, { sha256 });
  });

  it('does not apply to another artifact', async () => {
    for (const artifact of [a, b]) await send(pipeline, trivy({ id: ID }), { artifact });
    await send(lead, vex({ id: ID }), { artifact: b });
    expect(await counts()).toEqual([1, 0]);
    await send(lead, vex({ id: ID, status: 'fixed', product: 'pkg:npm/lodash@4.17.20' }), {
      artifact: a,
    });
    expect(await counts()).toEqual([0, 1]);
  });

  it('does not suppress the same code in another artifact', async () => {
    await send(pipeline, sarif([{}]), { artifact: a });
    await send(lead, sarif([{ suppressions: [{ kind: 'external' }] }]), { artifact: b });
    expect(await counts()).toEqual([1, 0]);
  });
});
