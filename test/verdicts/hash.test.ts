import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { deployed } from '../support/deployments.js';
import { bom, trivy, vex } from '../support/documents.js';
import { retract, upload, uploaded } from '../support/evidence.js';
import { postVersion } from '../support/policies.js';
import { addArtifact, createRelease, digest, revoke, seal } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import {
  ageEvidence,
  evidenceOfAll,
  guard,
  keptVerdicts,
  postVerdict,
  type VerdictBody,
  verdictOf,
  waived,
} from '../support/verdicts.js';
import { revokeWaiver } from '../support/waivers.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
let first: VerdictBody;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings' }]);
  await uploaded(context.app, release, trivy({}), { label: 'scan' });
  first = await verdictOf(context.app, release, { environment: 'gate' });
});

const ask = () => postVerdict(context.app, release, { environment: 'gate' });

async function changes() {
  const response = await ask();
  expect(response.statusCode, response.body).toBe(201);
  const next: VerdictBody = response.json();
  expect(next.inputsHash).not.toBe(first.inputsHash);
  expect(next.id).not.toBe(first.id);
  return next;
}

async function changesNothing() {
  const response = await ask();
  expect(response.statusCode, response.body).toBe(200);
  const { id, inputsHash, decision, results } = first;
  expect(response.json()).toMatchObject({ id, inputsHash, decision, results });
  expect(response.headers.location).toBe(`/verdicts/${id}`);
}

describe('200 with the same id and the same inputsHash', () => {
  it('if nothing has changed', async () => {
    await changesNothing();
    await changesNothing();
    expect(await keptVerdicts()).toBe(1);
  });

  it('with the time and the caller of the first decision, and of this question', async () => {
    const { headers } = await giveToken({ subject: 'bob' });
    const body = { environment: 'gate' };
    const again = await verdictOf(guarded.app, release, body, headers);
    expect(again).toEqual({ ...first, askedAt: expect.any(String), askedBy: 'bob' });
    expect(again.askedAt && again.askedAt > first.evaluatedAt).toBe(true);
  });

  it('after the same document is uploaded again', async () => {
    const again = await upload(context.app, release, trivy({}), { label: 'scan' });
    expect(again.statusCode).toBe(200);
    await changesNothing();
  });

  it('after changes of other releases and environments', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    await uploaded(context.app, other.id, trivy());
    await deployed(context.app, release);
    await waived(guarded.app, { releaseId: other.id });
    await postVersion(context.app, 'baseline', [{ rule: 'sealed-only' }]);
    await changesNothing();
  });

  it('after a waiver that is not approved', async () => {
    const { headers } = await giveToken();
    const payload = {
      projectId: 1,
      rule: 'CVE-2021-23337',
      reason: 'x',
      expiresAt: new Date(Date.now() + 86_400_000).toISOString(),
    };
    await guarded.app.inject({ method: 'POST', url: '/waivers', headers, payload });
    await changesNothing();
  });

  it('when time passes, unless a rule limits the age of evidence', async () => {
    await ageEvidence(40);
    await changesNothing();
    const rules = [{ rule: 'evidence-required', shows: 'vulnerability', maximumAgeDays: 30 }];
    await postVersion(context.app, 'gate', rules);
    expect(await changes()).toMatchObject({ decision: 'deny' });
    await upload(context.app, release, trivy({}), { label: 'scan' });
    expect((await ask()).json()).toMatchObject({ decision: 'allow' });
    await ageEvidence(31);
    expect((await ask()).json()).toMatchObject({ decision: 'deny' });
    expect(await keptVerdicts()).toBe(3);
  });
});

describe('201 with another id and another inputsHash', () => {
  it.each<[string, () => Promise<unknown>]>([
    ['evidence', () => uploaded(context.app, release, bom([{}]))],
    ['a newer scan', () => uploaded(context.app, release, trivy(), { label: 'scan' })],
    ['an artifact', () => addArtifact(context.app, release, { kind: 'archive' })],
    ['the approval of a waiver', () => waived(guarded.app)],
    ['a deployment', () => deployed(context.app, release, 'gate')],
    [
      'a seal',
      async () => [await addArtifact(context.app, release), await seal(context.app, release)],
    ],
    ['the revocation of the release', () => revoke(context.app, release)],
    [
      'a version of the policy',
      () => postVersion(context.app, 'gate', [{ rule: 'max-findings', severity: 'low' }]),
    ],
  ])('after %s', async (_case, change) => {
    await change();
    await changes();
    expect(await keptVerdicts()).toBe(2);
  });

  it('after evidence is retracted', async () => {
    await retract(context.app, first.results[0]?.evidence[0] ?? '');
    expect(await changes()).toMatchObject({ results: [{ status: 'not-evidenced' }] });
  });

  it('after the revocation of a waiver, with the hash from before the waiver', async () => {
    const { id } = await waived(guarded.app);
    expect((await changes()).decision).toBe('allow');
    const { headers } = await giveToken({ subject: 'bob' });
    await revokeWaiver(guarded.app, id, 'It is called now', headers);
    await changesNothing();
    expect(await keptVerdicts()).toBe(2);
  });

  it('after VEX is uploaded again about an artifact that was added later', async () => {
    const [document, options] = [
      vex({ product: `pkg:oci/shop@sha256:${digest(1)}`, parts: ['pkg:npm/lodash'] }),
      { label: 'vex' },
    ];
    await uploaded(context.app, release, document, options);
    await addArtifact(context.app, release, { purl: `pkg:oci/shop@sha256:${digest(1)}` });
    first = await changes();
    expect(first.decision).toBe('deny');
    const again = await upload(context.app, release, document, options);
    expect(again.statusCode).toBe(200);
    expect((await changes()).decision).toBe('allow');
  });

  it('for another release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    await evidenceOfAll(context.app, other.id);
    const verdict = await verdictOf(context.app, other.id, { environment: 'gate' });
    expect(verdict.inputsHash).not.toBe(first.inputsHash);
  });
});
