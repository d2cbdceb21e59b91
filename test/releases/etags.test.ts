import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { addArtifact, createRelease, type ReleaseBody, revoke, seal } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp({ DATABASE_POOL_MAX: '10' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const MISSING = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const get = (headers: Record<string, string> = {}) =>
  context.app.inject({ url: `/releases/${release.id}`, headers });
const current = async () => String((await get()).headers.etag);

/** Every change of a release, with a version that it must be. */
const CHANGES = {
  describe: (tag: string, id = release.id) =>
    context.app.inject({
      method: 'PATCH',
      url: `/releases/${id}`,
      headers: { 'if-match': tag },
      payload: { notes: 'changed' },
    }),
  'describe nothing': (tag: string, id = release.id) =>
    context.app.inject({
      method: 'PATCH',
      url: `/releases/${id}`,
      headers: { 'if-match': tag },
      payload: {},
    }),
  seal: (tag: string, id = release.id) => seal(context.app, id, { 'if-match': tag }),
  revoke: (tag: string, id = release.id) => revoke(context.app, id, 'x', { 'if-match': tag }),
};
const changes = Object.entries(CHANGES);

describe('ETag', () => {
  it('differs after each change, and is the same in every answer', async () => {
    const tags = [await current()];
    for (const change of [CHANGES.describe, CHANGES.seal, CHANGES.revoke]) {
      const response = await change('*');
      expect(response.statusCode, response.body).toBe(200);
      expect(response.headers.etag).toBe(await current());
      tags.push(await current());
    }
    expect(tags).toEqual(['"1"', '"2"', '"3"', '"4"']);
  });

  it('differs after a change in the database, but not after an artifact is added', async () => {
    await addArtifact(context.app, release.id);
    expect(await current()).toBe('"1"');
    await sql(`UPDATE releases SET notes = 'from psql'`);
    expect(await current()).toBe('"2"');
  });
});

describe('If-None-Match', () => {
  it('304 without a body for the current version, in every spelling', async () => {
    for (const known of ['"1"', 'W/"1"', '"x", "1"', '*']) {
      const response = await get({ 'if-none-match': known });
      expect([response.statusCode, response.body], known).toEqual([304, '']);
      expect(response.headers.etag).toBe('"1"');
    }
  });

  it.each(['"2"', '"x"', 'nonsense', '1', `"1.0.0"`])('200 for %s', async (known) => {
    const response = await get({ 'if-none-match': known });
    expect([response.statusCode, response.json()]).toEqual([200, release]);
  });

  it('200 after the release has changed', async () => {
    await seal(context.app, release.id);
    expect((await get({ 'if-none-match': '"1"' })).json().state).toBe('sealed');
  });
});

describe.each(changes)('If-Match: %s', (_name, change) => {
  it.each(['"1"', '"9", "1"', '*'])('200: %s', async (tag) => {
    expect((await change(tag)).statusCode).toBe(200);
  });

  it.each(['"0"', '"2"', 'W/"1"', 'nonsense', '"1.0.0"', '"99999999999"'])(
    '412: %s changes nothing',
    async (tag) => {
      const response = await change(tag);
      expectProblem(response, 412, 'precondition-failed');
      expect(response.headers.etag).toBe('"1"');
      expect((await get()).json()).toEqual(release);
    },
  );

  it.each(['*', '"1"'])('404 comes before 412: %s', async (tag) => {
    expectProblem(await change(tag, MISSING), 404, 'release-not-found');
  });
});

describe('a change that is based on an old version', () => {
  it('412: the release was sealed or revoked in the meantime', async () => {
    await seal(context.app, release.id);
    for (const [, change] of changes) {
      const response = await change('"1"');
      expectProblem(response, 412, 'precondition-failed');
      expect(response.headers.etag).toBe('"2"');
    }
    await revoke(context.app, release.id, 'x');
    for (const [, change] of changes) {
      expectProblem(await change('"2"'), 412, 'precondition-failed');
    }
  });

  it('succeeds for one of 20 concurrent requests with the same version', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, i) => changes[i % 4]?.[1]('"1"')),
    );
    const made = answers.filter(
      (answer) => answer?.headers.etag === '"2"' && answer.statusCode === 200,
    );
    expect(made).toHaveLength(1);
    expect(await current()).toBe('"2"');
  });

  it('keeps every note of concurrent writers that retry', async () => {
    const writers = Array.from({ length: 12 }, (_, i) => i);
    const write = async (writer: number) => {
      for (;;) {
        const seen = await get();
        const answer = await context.app.inject({
          method: 'PATCH',
          url: `/releases/${release.id}`,
          headers: { 'if-match': String(seen.headers.etag) },
          payload: { notes: `${seen.json().notes ?? ''}${writer},` },
        });
        if (answer.statusCode === 200) return;
        expectProblem(answer, 412, 'precondition-failed');
      }
    };
    await Promise.all(writers.map(write));
    const written: string[] = (await get()).json().notes.split(',').filter(Boolean);
    expect(written.map(Number).sort((a, b) => a - b)).toEqual(writers);
    expect(await current()).toBe('"13"');
  });
});
