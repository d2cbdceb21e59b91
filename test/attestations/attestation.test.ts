import { createHash, createPublicKey, verify } from 'node:crypto';
import { rm } from 'node:fs/promises';
import type { FastifyInstance } from 'fastify';
import { describe, expect, it } from 'vitest';
import { VERDICT_TYPE } from '../../src/features/attestations/verdict-predicate.js';
import { VSA_TYPE } from '../../src/features/attestations/vsa.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { keysFolder, logApp, testKeys } from '../support/log.js';
import { shippedRelease } from '../support/packs.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { verdictOf } from '../support/verdicts.js';

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';

/** Verifies an envelope with the public key of the API, by node:crypto alone, and returns its statement. */
async function opened(app: FastifyInstance, body: string) {
  const envelope = JSON.parse(body);
  const [{ keyid, sig }] = envelope.signatures;
  const keys = (await app.inject('/log/keys')).json().verdicts;
  const { publicKey } = keys.find((key: { keyId: string }) => key.keyId === keyid);
  const payload = Buffer.from(envelope.payload, 'base64');
  const type = envelope.payloadType;
  const start = `DSSEv1 ${type.length} ${type} ${payload.length} `;
  const bytes = Buffer.concat([Buffer.from(start), payload]);
  expect(verify('sha256', bytes, publicKey, Buffer.from(sig, 'base64'))).toBe(true);
  const der = createPublicKey(publicKey).export({ type: 'spki', format: 'der' });
  expect(keyid).toBe(createHash('sha256').update(der).digest('base64'));
  return JSON.parse(payload.toString());
}

const ask = (app: FastifyInstance, id: string | null, query = '') =>
  app.inject(`/verdicts/${id}/attestation?${query}`);

describe('GET /verdicts/{id}/attestation: 200', () => {
  it('returns a VSA about the artifact, with all evidence and waivers by their digests', async () => {
    const { app } = await logApp();
    const { allowed, artifact, waiver } = await shippedRelease(app);
    const answer = await ask(app, allowed.id);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.headers['content-type']).toBe('application/vnd.dsse.envelope.v1+json');
    const { predicateType, predicate, subject } = await opened(app, answer.body);
    expect(predicateType).toBe(VSA_TYPE);
    expect(subject).toEqual([{ name: 'image', digest: { sha256: artifact } }]);
    const [approved] = await sql<{ sha256: string }>(
      `SELECT data::json ->> 'sha256' AS sha256 FROM events WHERE type = 'waiver.approved'`,
    );
    const inputs: { uri: string; digest: { sha256: string } }[] = predicate.inputAttestations;
    expect(inputs).toHaveLength(6);
    expect(inputs).toContainEqual({
      uri: `https://srp.invalid/test/waivers/${waiver}`,
      digest: { sha256: approved?.sha256 },
    });
    expect(predicate).toMatchObject({
      verifier: { id: 'https://srp.invalid/test' },
      timeVerified: allowed.evaluatedAt,
      verificationResult: 'PASSED',
      verifiedLevels: ['SLSA_BUILD_LEVEL_UNEVALUATED', 'SRP_ALLOWED_production'],
    });
  });

  it('says FAILED of a denial', async () => {
    const { app } = await logApp();
    const { denied } = await shippedRelease(app);
    const { predicate } = await opened(app, (await ask(app, denied.id)).body);
    expect(predicate.verificationResult).toBe('FAILED');
  });

  it('returns the whole verdict', async () => {
    const { app } = await logApp();
    const { allowed } = await shippedRelease(app);
    const answer = await ask(app, allowed.id, 'predicate=verdict');
    const { predicateType, predicate } = await opened(app, answer.body);
    const verdict = (await app.inject(`/verdicts/${allowed.id}`)).json();
    expect(predicateType).toBe(VERDICT_TYPE);
    expect(predicate.inputs).toEqual(verdict.inputs);
    expect(predicate.results).toEqual(verdict.results);
    expect(predicate.verdictHash).toBe(verdict.verdictHash);
  });

  it('returns the bundle that cosign reads', async () => {
    const { app } = await logApp();
    const { allowed } = await shippedRelease(app);
    const answer = await ask(app, allowed.id, 'format=bundle');
    expect(answer.headers['content-type']).toBe('application/vnd.dev.sigstore.bundle.v0.3+json');
    const { dsseEnvelope, verificationMaterial } = answer.json();
    const envelope = (await ask(app, allowed.id)).json();
    expect(dsseEnvelope.payload).toBe(envelope.payload);
    expect(dsseEnvelope.signatures[0].sig).toBe(envelope.signatures[0].sig);
    expect(verificationMaterial.publicKey.hint).toBe(envelope.signatures[0].keyid);
  });

  it('is signed once, also for requests at the same time, and after a rotation', async () => {
    const { app, keys } = await logApp();
    const { allowed } = await shippedRelease(app);
    const asked = Array.from({ length: 8 }, () => ask(app, allowed.id));
    const bodies = new Set((await Promise.all(asked)).map(({ body }) => body));
    expect(bodies.size).toBe(1);
    await keys.rotate('verdicts');
    expect((await ask(app, allowed.id)).body).toBe([...bodies][0]);
    await opened(app, (await ask(app, allowed.id, 'predicate=verdict')).body);
    const rows = await sql('SELECT key_id FROM verdict_attestations ORDER BY signed_at');
    expect(new Set(rows.map(({ key_id }) => key_id)).size).toBe(2);
  });

  it('is about one of several artifacts', async () => {
    const { app } = await logApp();
    const { id } = await createRelease(app);
    await addArtifact(app, id, { sha256: digest(1) });
    await addArtifact(app, id, { sha256: digest(2), digests: [`sha256:${digest(3)}`] });
    const verdict = await verdictOf(app, id);
    expectProblem(await ask(app, verdict.id), 400, 'validation-failed');
    const { body } = await ask(app, verdict.id, `artifact=${digest(2).toUpperCase()}`);
    const { subject } = await opened(app, body);
    expect(subject.map((one: { digest: object }) => one.digest)).toEqual([
      { sha256: digest(2) },
      { sha256: digest(3) },
    ]);
    const all = await opened(app, (await ask(app, verdict.id, 'predicate=verdict')).body);
    expect(all.subject).toHaveLength(3);
  });
});

describe('GET /verdicts/{id}/attestation: problems', () => {
  it('404 for a verdict or an artifact that does not exist, or is out of reach', async () => {
    const { app } = await logApp();
    const { allowed } = await shippedRelease(app);
    expectProblem(await ask(app, MISSING), 404, 'verdict-not-found');
    const other = await ask(app, allowed.id, `artifact=${digest(9)}`);
    expectProblem(other, 404, 'artifact-not-found');
    const guarded = await logApp({ env: { AUTH_MODE: 'token' } });
    const { headers } = await giveToken({ scopes: ['verdicts:read'], projects: [7] });
    const url = `/verdicts/${allowed.id}/attestation`;
    expectProblem(await guarded.app.inject({ url, headers }), 404, 'verdict-not-found');
  });

  it('409 for a release without artifacts', async () => {
    const { app } = await logApp();
    const { id } = await verdictOf(app, (await createRelease(app)).id);
    expectProblem(await ask(app, id), 409, 'no-subject');
    expectProblem(await ask(app, id, 'predicate=verdict'), 409, 'no-subject');
  });

  it.each(['predicate=other', 'format=xml', 'artifact=1', 'more=1'])(
    '400 for %s',
    async (query) => {
      const { app } = await logApp();
      const { id } = await verdictOf(app, (await createRelease(app)).id);
      expectProblem(await ask(app, id, query), 400, 'validation-failed');
    },
  );
});

describe('without a folder of keys', () => {
  const context = useApp();

  it('attestations, proofs and packs are refused, and say how to turn them on', async () => {
    const { app } = context;
    const { id: release } = await createRelease(app);
    await addArtifact(app, release, { kind: 'archive' });
    const { id } = await verdictOf(app, release);
    for (const url of [
      `/verdicts/${id}/attestation`,
      `/verdicts/${id}/proof`,
      `/releases/${release}/audit-pack`,
    ]) {
      const answer = await app.inject(url);
      expectProblem(answer, 409, 'log-off');
      expect(answer.json().detail).toContain('SIGNING_KEYS_DIR');
    }
  });
});

describe('GET /schemas/verdict/v1', () => {
  const context = useApp({ AUTH_MODE: 'token' });

  it('is public, and is the schema of the predicate', async () => {
    const answer = await context.app.inject('/schemas/verdict/v1');
    expect(answer.headers['content-type']).toContain('application/schema+json');
    expect(answer.json()).toMatchObject({ $id: VERDICT_TYPE, required: expect.any(Array) });
  });
});

describe("a keys' folder that is gone", () => {
  it('409 log-not-signed for what is not signed yet', async () => {
    const folder = await keysFolder();
    const { app } = await logApp({ keys: await testKeys(folder) });
    const { allowed } = await shippedRelease(app);
    expect((await ask(app, allowed.id, 'predicate=verdict')).statusCode).toBe(200);
    await rm(folder, { recursive: true });
    expectProblem(await ask(app, allowed.id), 409, 'log-not-signed');
    expect((await ask(app, allowed.id, 'predicate=verdict')).statusCode).toBe(200);
    expect((await app.inject('/log/keys')).statusCode).toBe(200);
  });
});
