import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/security/signing/checkpoint.js';
import { parseVkey } from '../../src/security/signing/note.js';
import { verifyInclusion } from '../../src/security/signing/tiles.js';
import { parseProof } from '../../src/security/signing/tlog-proof.js';
import { giveToken } from '../support/callers.js';
import { logApp } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { verdictOf } from '../support/verdicts.js';

const sha256 = (...parts: (string | Uint8Array)[]) =>
  parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();

describe('GET /verdicts/{id}/proof', () => {
  it('proves the entry of a verdict that was decided a moment ago', async () => {
    const { app, keys } = await logApp();
    const verdict = await verdictOf(app, (await createRelease(app)).id);
    const answer = await app.inject(`/verdicts/${verdict.id}/proof`);
    expect(answer.statusCode, answer.body).toBe(200);
    expect(answer.headers['content-disposition']).toContain('.tlog-proof"');
    const { index, proof, checkpoint, extra } = parseProof(answer.body);
    const { salt, statement } = JSON.parse(extra?.toString() ?? '');
    const entry = sha256(Buffer.from(salt, 'hex'), statement);
    const { size, root } = openCheckpoint(checkpoint, parseVkey(keys.log.vkey));
    const leaf = sha256(Buffer.of(0), entry);
    expect(verifyInclusion(index, size, leaf, [...proof], root)).toBe(true);
    expect(JSON.parse(statement)).toMatchObject({
      type: 'verdict.decided',
      subject: { kind: 'verdict', id: verdict.id },
      data: { decision: verdict.decision, inputsHash: verdict.inputsHash },
    });
  });

  it('is one integration for many requests', async () => {
    const { app } = await logApp();
    const { id } = await verdictOf(app, (await createRelease(app)).id);
    const answers = await Promise.all(
      Array.from({ length: 20 }, () => app.inject(`/verdicts/${id}/proof`)),
    );
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
  });

  it('404 for a verdict that does not exist or is out of reach', async () => {
    const open = await logApp();
    const { id } = await verdictOf(open.app, (await createRelease(open.app)).id);
    const missing = await open.app.inject('/verdicts/019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e/proof');
    expectProblem(missing, 404, 'verdict-not-found');
    const { app } = await logApp({ env: { AUTH_MODE: 'token' } });
    const { headers } = await giveToken({ scopes: ['verdicts:read'], projects: [7] });
    const foreign = await app.inject({ url: `/verdicts/${id}/proof`, headers });
    expectProblem(foreign, 404, 'verdict-not-found');
  });
});
