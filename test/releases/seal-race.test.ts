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
const WRITERS = 4;
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

/**
 * Makes statements of a table wait after they have locked what they change.
 * @returns a function that lets them go on
 */
async function hold(table: string, event: string): Promise<() => Promise<void>> {
  await sql(`CREATE FUNCTION hold() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NEW; END $$`);
  onTestFinished(async () => {
    await sql('DROP FUNCTION hold CASCADE');
  });
  await sql(`CREATE TRIGGER hold BEFORE ${event} ON ${table} FOR EACH ROW EXECUTE FUNCTION hold()`);
  return holdTransaction('SELECT pg_advisory_xact_lock(1)');
}

describe('an artifact and the seal', () => {
  it('the seal waits for an artifact that is being added, and includes it', async () => {
    const letGo = await hold('artifacts', 'INSERT');
    const added = add(1);
    await untilWaiting(1);
    const sealed = seal(context.app, release.id);
    await untilWaiting(2);
    await letGo();
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
      const letGo = await hold('releases', 'UPDATE');
      const ended = end();
      await untilWaiting(1);
      const added = add(1);
      await untilWaiting(2);
      await letGo();
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
    const apps = [context.app, other];
    for (let round = 0; round < 2; round += 1) {
      const { id } = await createRelease(context.app, { projectId: 1, version: `v${round}` });
      let whenSealed: Promise<number> | undefined;
      let added = 0;
      /** Adds artifacts until the release is sealed. The first one that is added is sealed with it. */
      const write = async (writer: number) => {
        for (let n = writer; ; n += WRITERS) {
          const answer = await add(n, id, apps[writer % 2]);
          if (answer.statusCode !== 201) return expectProblem(answer, 409, 'release-sealed');
          added += 1;
          whenSealed ??= seal(apps[round % 2] ?? other, id).then((response) => {
            expect(response.statusCode, response.body).toBe(200);
            return count(id);
          });
        }
      };
      await Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer)));
      expect([await whenSealed, await count(id)]).toEqual([added, added]);
    }
  });
});

describe('a seal and a concurrent seal or revocation', () => {
  it('the first of two waiting requests takes effect', async () => {
    const letGo = await holdTransaction('SELECT 1 FROM releases FOR SHARE');
    const first = seal(context.app, release.id);
    await untilWaiting(1);
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
