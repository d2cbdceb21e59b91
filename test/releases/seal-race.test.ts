import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { buildTestApp, useApp } from '../support/app.js';
import { holdTransaction, sql, untilWaiting } from '../support/database.js';
import {
  addArtifact,
  createRelease,
  digest,
  type ReleaseBody,
  revoke,
  seal,
} from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

/** What was built is final once a release is sealed, however close an artifact comes. */
const context = useApp({ DATABASE_POOL_MAX: '10' });
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app);
});

const add = (n: number, id = release.id, app = context.app) =>
  app.inject({
    method: 'POST',
    url: `/releases/${id}/artifacts`,
    payload: { name: 'a', kind: 'archive', sha256: digest(n) },
  });
const count = async (id = release.id) =>
  (await sql('SELECT 1 FROM artifacts WHERE release_id = $1', [id])).length;

/** Makes a statement of a table take its time, after it has locked what it changes. */
async function slow(table: string, event: string): Promise<void> {
  await sql(`CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_sleep(0.7); RETURN NEW; END $$`);
  onTestFinished(async () => {
    await sql('DROP FUNCTION slow CASCADE');
  });
  await sql(`CREATE TRIGGER slow BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION slow()`);
}

describe('an artifact and the seal', () => {
  it('the seal waits for an artifact that is being added, and includes it', async () => {
    await slow('artifacts', 'INSERT');
    const added = add(1);
    await new Promise((done) => setTimeout(done, 200));
    const sealed = seal(context.app, release.id);
    await untilWaiting(1);
    expect((await added).statusCode).toBe(201);
    expect((await sealed).json().state).toBe('sealed');
    expect(await count()).toBe(1);
  });

  it.each([
    ['seal', () => seal(context.app, release.id), 'release-sealed'],
    ['revocation', () => revoke(context.app, release.id), 'release-revoked'],
  ] as const)(
    'the artifact waits for a concurrent %s, and is refused',
    async (_name, end, code) => {
      await slow('releases', 'UPDATE');
      const ended = end();
      await new Promise((done) => setTimeout(done, 200));
      const added = add(1);
      await untilWaiting(1);
      expectProblem(await added, 409, code);
      expect((await ended).statusCode).toBe(200);
      expect(await count()).toBe(0);
    },
  );

  it('the time of the seal is not before the time of an artifact', async () => {
    // Somebody keeps the seal waiting, but not the artifact.
    const letGo = await holdTransaction('SELECT 1 FROM releases FOR SHARE');
    const sealed = seal(context.app, release.id);
    await untilWaiting(1);
    await new Promise((done) => setTimeout(done, 50));
    await addArtifact(context.app, release.id);
    await letGo();
    const { sealedAt } = (await sealed).json();
    const url = `/releases/${release.id}/artifacts`;
    const [artifact] = (await context.app.inject(url)).json();
    expect(Date.parse(sealedAt)).toBeGreaterThanOrEqual(Date.parse(artifact.createdAt));
  });

  it('no artifact is added on two instances after the seal was answered', async () => {
    const other = await buildTestApp();
    onTestFinished(() => other.close());
    const outcomes = new Set<number>();
    for (let round = 0; round < 15; round += 1) {
      const { id } = await createRelease(context.app, { projectId: 1, version: `v${round}` });
      const whenSealed = seal(round % 2 ? other : context.app, id).then(async (response) => {
        expect(response.statusCode, response.body).toBe(200);
        return count(id);
      });
      const answers = await Promise.all(
        Array.from({ length: 12 }, (_, n) => add(n, id, n % 2 ? other : context.app)),
      );
      for (const answer of answers) {
        outcomes.add(answer.statusCode);
        if (answer.statusCode !== 201) expectProblem(answer, 409, 'release-sealed');
      }
      const added = answers.filter(({ statusCode }) => statusCode === 201).length;
      expect([await whenSealed, await count(id)]).toEqual([added, added]);
    }
    expect(outcomes).toEqual(new Set([201, 409]));
  });
});

describe('a seal and a concurrent seal or revocation', () => {
  it('the first of two waiting requests takes effect', async () => {
    const letGo = await holdTransaction('SELECT 1 FROM releases FOR SHARE');
    const first = seal(context.app, release.id);
    await untilWaiting(1);
    await new Promise((done) => setTimeout(done, 20));
    const second = seal(context.app, release.id);
    await untilWaiting(2);
    await letGo();
    const answers = await Promise.all([first, second]);
    expect(answers.map(({ statusCode }) => statusCode)).toEqual([200, 200]);
    expect(answers[1]?.json()).toEqual(answers[0]?.json());
    expect(answers.map(({ headers }) => headers.etag)).toEqual(['"2"', '"2"']);
  });

  it('a seal that waits for a revocation finds the release revoked', async () => {
    const letGo = await holdTransaction('SELECT 1 FROM releases FOR SHARE');
    const revoked = revoke(context.app, release.id);
    await untilWaiting(1);
    const sealed = seal(context.app, release.id);
    await untilWaiting(2);
    await letGo();
    expectProblem(await sealed, 409, 'release-revoked');
    expect((await revoked).json()).toMatchObject({ state: 'revoked', sealedAt: null });
  });
});
