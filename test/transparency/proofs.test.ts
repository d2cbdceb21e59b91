import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/security/signing/checkpoint.js';
import { parseVkey } from '../../src/security/signing/note.js';
import { verifyConsistency, verifyInclusion } from '../../src/security/signing/tiles.js';
import { sql } from '../support/database.js';
import { addEvents, emptyQueue, type LogApp, logApp } from '../support/log.js';
import { createProject, expectProblem } from '../support/requests.js';

const bytes = (text: string) => Buffer.from(text, 'base64');

async function proofOf({ app, keys }: LogApp, query: string) {
  const answer = await app.inject(`/log/proof?${query}`);
  expect(answer.statusCode, answer.body).toBe(200);
  const { index, size, leafHash, rootHash, hashes, checkpoint } = answer.json();
  const root = bytes(rootHash);
  expect(verifyInclusion(index, size, bytes(leafHash), hashes.map(bytes), root)).toBe(true);
  if (checkpoint !== null) {
    const signed = openCheckpoint(checkpoint, parseVkey(keys.log.vkey));
    expect([signed.size, signed.root]).toEqual([size, root]);
  }
  return answer.json();
}

describe('GET /log/proof', () => {
  it('proves an entry in the latest tree, or in an earlier one', async () => {
    await emptyQueue();
    const log = await logApp();
    await addEvents(5);
    await log.settle();
    await addEvents(300);
    await log.settle();
    expect(await proofOf(log, 'index=304')).toMatchObject({ index: 304, size: 305 });
    expect((await proofOf(log, 'index=4&size=5')).checkpoint).toMatch(/^srp.invalid\/test\n5\n/);
    expect((await proofOf(log, 'index=4&size=100')).checkpoint).toBeNull();
    expect((await proofOf(log, 'index=0&size=1')).hashes).toEqual([]);
  });

  it('integrates an event that is asked about, once for all that ask', async () => {
    const log = await logApp();
    await createProject(log.app);
    const [event] = await sql<{ id: string }>('SELECT id FROM events ORDER BY id DESC LIMIT 1');
    const asked = Array.from({ length: 30 }, () => proofOf(log, `event=${event?.id}`));
    const [first, ...others] = await Promise.all(asked);
    for (const other of others) expect(other).toEqual(first);
    expect(await sql('SELECT 1 FROM log_checkpoints')).toHaveLength(1);
  });

  it.each([
    ['', 400, 'validation-failed'],
    ['index=0&event=01a22465-7233-7c51-89ef-6cfa941ad381', 400, 'validation-failed'],
    ['index=-1', 400, 'validation-failed'],
    ['index=01x', 400, 'validation-failed'],
    ['index=99999999999999999999', 400, 'validation-failed'],
    ['index=0&size=0', 400, 'validation-failed'],
    ['index=0&other=1', 400, 'validation-failed'],
    ['event=1', 400, 'validation-failed'],
    ['index=5', 404, 'not-in-log'],
    ['index=9007199254740991', 404, 'not-in-log'],
    ['index=0&size=6', 404, 'not-in-log'],
    ['index=4&size=4', 404, 'not-in-log'],
    ['index=0&log=7', 404, 'not-in-log'],
    ['event=01a22465-7233-7c51-89ef-6cfa941ad381', 404, 'event-not-found'],
  ])('refuses ?%s with %i', async (query, status, code) => {
    await emptyQueue();
    await addEvents(5);
    const { app, settle } = await logApp();
    await settle();
    const answer = await app.inject(`/log/proof?${query}`);
    expectProblem(answer, status, code);
    expect(answer.headers['cache-control']).toBe('no-store');
  });
});

describe('GET /log/consistency', () => {
  it('proves that a tree is the beginning of another', async () => {
    await emptyQueue();
    await addEvents(300);
    const { app, settle } = await logApp();
    await settle();
    for (const [from, to] of [
      [0, 300],
      [1, 300],
      [256, 257],
      [255, 300],
      [300, 300],
      [128, 256],
    ]) {
      const answer = await app.inject(`/log/consistency?from=${from}&to=${to}`);
      const { fromRootHash, toRootHash, hashes } = answer.json();
      const proof = hashes.map(bytes);
      const roots = [bytes(fromRootHash), bytes(toRootHash)] as const;
      expect(verifyConsistency(from ?? 0, to ?? 0, proof, ...roots), `${from} ${to}`).toBe(true);
    }
    expect((await app.inject('/log/consistency?from=1')).json()).toMatchObject({ to: 300 });
    expectProblem(await app.inject('/log/consistency?from=1&to=301'), 404, 'not-in-log');
    expectProblem(await app.inject('/log/consistency?from=301'), 400, 'validation-failed');
    expectProblem(await app.inject('/log/consistency?from=2&to=1'), 400, 'validation-failed');
    expectProblem(await app.inject('/log/consistency'), 400, 'validation-failed');
  });
});
