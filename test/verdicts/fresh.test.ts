import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { trivy, vex } from '../support/documents.js';
import { retract, upload, uploaded } from '../support/evidence.js';
import { postVersion } from '../support/policies.js';
import { addArtifact, createRelease, revoke } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll, waived } from '../support/verdicts.js';
import { revokeWaiver } from '../support/waivers.js';

/** An acknowledged change counts in the next answer of every instance. */

const one = useApp();
const other = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
useRows(async () => {
  release = (await createRelease(one.app)).id;
  await evidenceOfAll(one.app, release);
});

/** The answers of both instances. Each is asked twice, so that a cache would show. */
async function answers() {
  const statuses = [];
  for (const { app } of [one, other, one, other]) {
    statuses.push((await assertRelease(app, { release })).statusCode);
  }
  expect(new Set(statuses).size, statuses.join()).toBe(1);
  return statuses[0];
}

const BAD = trivy({ fixed: '4.17.21' });
const VEX = vex({ product: 'pkg:generic/shop@1', parts: ['pkg:npm/lodash'] });
const send = (document: object, label = 'scan') => uploaded(one.app, release, document, { label });

describe('the very next answer', () => {
  it('counts uploaded and superseding evidence', async () => {
    expect(await answers()).toBe(200);
    await send(BAD);
    expect(await answers()).toBe(409);
    await send(trivy({ name: 'other', status: 'affected' }));
    expect(await answers()).toBe(200);
  });

  it('counts a retraction', async () => {
    const bad = await send(BAD, 'second');
    expect(await answers()).toBe(409);
    await retract(one.app, bad.id);
    expect(await answers()).toBe(200);
  });

  it('counts an approved and a revoked waiver', async () => {
    await send(BAD);
    expect(await answers()).toBe(409);
    const { id } = await waived(guarded.app, { releaseId: release });
    expect(await answers()).toBe(200);
    const { headers } = await giveToken({ subject: 'bob' });
    await revokeWaiver(guarded.app, id, 'It is called now', headers);
    expect(await answers()).toBe(409);
  });

  it('counts VEX, also about an artifact that is added later', async () => {
    await send(BAD);
    await send(VEX, 'vex');
    await addArtifact(one.app, release, { purl: 'pkg:generic/shop@1', kind: 'archive' });
    expect(await answers()).toBe(409);
    expect((await upload(one.app, release, VEX, { label: 'vex' })).statusCode).toBe(200);
    expect(await answers()).toBe(200);
  });

  it('counts a new version of the policy', async () => {
    expect(await answers()).toBe(200);
    await postVersion(one.app, 'baseline', [{ rule: 'sealed-only' }]);
    expect(await answers()).toBe(409);
  });

  it('counts the revocation of the release', async () => {
    expect(await answers()).toBe(200);
    await revoke(one.app, release);
    expect(await answers()).toBe(409);
  });

  it('counts uploads during concurrent requests', async () => {
    for (let i = 0; i < 8; i += 1) {
      const isBad = i % 2 === 0;
      const asking = Array.from({ length: 6 }, (_, n) =>
        assertRelease(n % 2 === 0 ? one.app : other.app, { release }),
      );
      await send(
        isBad ? trivy({ fixed: `5.0.${i}` }) : trivy({ name: `p${i}`, status: 'affected' }),
      );
      expect(await answers(), String(i)).toBe(isBad ? 409 : 200);
      await Promise.all(asking);
    }
  });
});
