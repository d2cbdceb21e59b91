import { get, type IncomingMessage } from 'node:http';
import { describe, expect, it } from 'vitest';
import { openCheckpoint } from '../../src/security/signing/checkpoint.js';
import { leafHash } from '../../src/security/signing/merkle.js';
import { parseVkey } from '../../src/security/signing/note.js';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { addEvents, emptyQueue, logApp } from '../support/log.js';
import { expectProblem } from '../support/requests.js';

const TOKENS = { AUTH_MODE: 'token', HOST: '0.0.0.0' };

/** A log of this size whose checkpoints were published at these sizes. */
async function logOf(...sizes: number[]) {
  await emptyQueue();
  const built = await logApp();
  let size = 0;
  for (const next of sizes) {
    await addEvents(next - size);
    await built.settle();
    size = next;
  }
  const get = (path: string) => built.app.inject(`/log/${path}`);
  return { ...built, get };
}

describe('tiles', () => {
  it('are there for published sizes only, with the headers of the specification', async () => {
    const { get } = await logOf(3, 255, 256, 257);
    const leaves = await sql<{ commitment: Buffer }>(
      'SELECT commitment FROM log_entries ORDER BY index',
    );
    const hashes = Buffer.concat(leaves.map(({ commitment }) => leafHash(commitment)));
    for (const [path, width] of [
      ['tile/0/000.p/3', 3],
      ['tile/0/000.p/255', 255],
      ['tile/0/000', 256],
    ] as const) {
      const tile = await get(path);
      expect(tile.statusCode, path).toBe(200);
      expect(tile.headers['content-type']).toBe('application/octet-stream');
      expect(tile.headers['cache-control']).toBe('private, max-age=31536000, immutable');
      expect(tile.rawPayload.equals(hashes.subarray(0, 32 * width)), path).toBe(true);
    }
    expect((await get('tile/0/001.p/1')).rawPayload).toEqual(hashes.subarray(256 * 32));
    expect((await get('tile/1/000.p/1')).rawPayload).toHaveLength(32);
    const entries = (await get('tile/entries/000.p/3')).rawPayload;
    const expected = leaves.slice(0, 3).map(({ commitment }) => [Buffer.from([0, 32]), commitment]);
    expect(entries).toEqual(Buffer.concat(expected.flat()));
    expect((await get('tile/entries/000')).rawPayload).toHaveLength(256 * 34);
  });

  it.each([
    'tile/0/000.p/2',
    'tile/0/000.p/254',
    'tile/0/000.p/0',
    'tile/0/000.p/256',
    'tile/0/001.p/2',
    'tile/0/001',
    'tile/0/002',
    'tile/1/000',
    'tile/1/000.p/2',
    'tile/2/000.p/1',
    'tile/6/000.p/1',
    'tile/7/000.p/1',
    'tile/63/000',
    'tile/64/000',
    'tile/00/000',
    'tile/0/0',
    'tile/0/0000',
    'tile/0/x000/000',
    'tile/0/x999/x999/x999/x999/x999/999',
    'tile/0/000.p/01',
    'tile/entries/001.p/2',
    'tile/entries/x001/000',
    'tile/-1/000',
    `tile/0/${'x001/'.repeat(16)}001`,
    '2/checkpoint',
    '2/tile/0/000',
  ])('%s is not there, and the answer is not cached', async (path) => {
    const { get } = await logOf(3, 256, 257);
    const answer = await get(path);
    expectProblem(answer, 404, 'not-in-log');
    expect(answer.headers['cache-control']).toBe('no-store');
  });

  it.each(['x/checkpoint', '0/checkpoint', '99999999999/checkpoint', `tile/${'1'.repeat(101)}`])(
    '%s is refused',
    async (path) => {
      const { get } = await logOf(1);
      const answer = await get(path);
      expectProblem(answer, 400, 'validation-failed');
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it.each(['tile/0/../0/000', 'tile/..', 'tile/%2e%2e/checkpoint', 'tile/0/..%2f000'])(
    '%s is not there for a client that does not resolve it',
    async (path) => {
      const { app } = await logOf(1);
      const address = new URL(await app.listen({ port: 0 }));
      const answer = await new Promise<IncomingMessage>((resolve, reject) => {
        const asked = get({ host: address.hostname, port: address.port, path: `/log/${path}` });
        asked.on('response', resolve).on('error', reject);
      });
      answer.resume();
      expect(answer.statusCode).toBe(404);
      expect(answer.headers['cache-control']).toBe('no-store');
    },
  );

  it('of an empty log do not exist', async () => {
    const { get, settle } = await logOf();
    await settle();
    expect((await get('checkpoint')).body.split('\n')[1]).toBe('0');
    for (const path of ['tile/0/000', 'tile/0/000.p/1', 'tile/entries/000', 'proof?index=0']) {
      expectProblem(await get(path), 404, 'not-in-log');
    }
    expect((await get('consistency?from=0')).json()).toMatchObject({ from: 0, to: 0, hashes: [] });
  });
});

describe('the checkpoint', () => {
  it('is a signed note of the latest size, kept for seconds', async () => {
    const { get, keys } = await logOf(3);
    const answer = await get('checkpoint');
    expect(answer.headers['content-type']).toBe('text/plain; charset=utf-8');
    expect(answer.headers['cache-control']).toBe('private, max-age=2');
    expect(openCheckpoint(answer.body, parseVkey(keys.log.vkey)).size).toBe(3);
    expect((await get('1/checkpoint')).body).toBe(answer.body);
    expect((await get('1/tile/0/000.p/3')).statusCode).toBe(200);
  });

  it('exists at once when it is asked for', async () => {
    await emptyQueue();
    await addEvents(2);
    const { app } = await logApp();
    expect((await app.inject('/log/checkpoint')).body.split('\n')[1]).toBe('2');
  });

  it('has its public key under /log/keys, and no private one', async () => {
    const { get, keys } = await logOf(1);
    const answer = await get('keys');
    expect(answer.json().log).toEqual([
      {
        origin: 'srp.invalid/test',
        vkey: keys.log.vkey,
        from: expect.any(String),
        until: null,
        log: 1,
      },
    ]);
    expect(answer.json().verdicts).toMatchObject([{ keyId: keys.verdicts.keyId, until: null }]);
    expect(answer.body).not.toMatch(/PRIVATE|\.pem/);
  });
});

describe('without keys', () => {
  const context = useApp();

  it.each(['checkpoint', 'tile/0/000', 'keys', 'proof?index=0', 'consistency?from=0'])(
    '%s says how to turn the log on',
    async (path) => {
      const answer = await context.app.inject(`/log/${path}`);
      expect(expectProblem(answer, 409, 'log-off').detail).toContain('SIGNING_KEYS_DIR');
    },
  );
});

describe('who may read the log', () => {
  it('needs the scope log:read, also bound to projects', async () => {
    const { app } = await logApp({ env: TOKENS });
    const reader = await giveToken({ scopes: ['log:read'], projects: [1] });
    const other = await giveToken({ scopes: ['events:read'] });
    const url = '/log/checkpoint';
    expect((await app.inject({ url, headers: reader.headers })).statusCode).toBe(200);
    expectProblem(await app.inject({ url, headers: other.headers }), 403, 'insufficient-scope');
    expectProblem(await app.inject({ url }), 401, 'unauthenticated');
  });

  it('is everybody with LOG_PUBLIC=true, but events are not public', async () => {
    const { app } = await logApp({ env: { ...TOKENS, LOG_PUBLIC: 'true' } });
    const answer = await app.inject('/log/checkpoint');
    expect(answer.statusCode).toBe(200);
    expect(answer.headers['cache-control']).toBe('public, max-age=2');
    expectProblem(await app.inject('/events'), 401, 'unauthenticated');
  });
});
