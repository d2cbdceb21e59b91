import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { addArtifact, createRelease, type ReleaseBody, revoke, seal } from '../support/releases.js';

/** What the database itself refuses: from psql, from Prisma Studio, and from a fault in the server. */
const context = useApp();
let release: ReleaseBody;
beforeEach(async () => {
  release = await createRelease(context.app, { branch: 'main', notes: 'x' });
});

const table = () =>
  Promise.all([
    sql('SELECT * FROM projects'),
    sql('SELECT * FROM releases'),
    sql('SELECT * FROM artifacts'),
  ]);

/** restrict_violation: raised by a trigger, and not a check or a key that happens to be in the way. */
async function expectRefused(statement: string) {
  const before = await table();
  await expect(sql(statement), statement).rejects.toMatchObject({ code: '23001' });
  expect(await table(), statement).toEqual(before);
}

const revision = async () =>
  (await sql<{ revision: number }>('SELECT revision FROM releases'))[0]?.revision;

describe('a release in the database', () => {
  it.each([
    `id = gen_random_uuid()`,
    `version = '2.0.0'`,
    `"commit" = '${'a'.repeat(40)}'`,
    `branch = 'other'`,
    `branch = NULL`,
    `created_at = created_at - interval '1 day'`,
    `created_by = 'somebody else'`,
    `notes = 'y', version = '2.0.0'`,
  ])('rejects a change: SET %s', async (assignment) => {
    await expectRefused(`UPDATE releases SET ${assignment}`);
    await seal(context.app, release.id);
    await expectRefused(`UPDATE releases SET ${assignment}`);
    await revoke(context.app, release.id);
    await expectRefused(`UPDATE releases SET ${assignment}`);
  });

  it('rejects a move to another project', async () => {
    await sql(`INSERT INTO projects (name, status) VALUES ('B', 's')`);
    await expectRefused('UPDATE releases SET project_id = 2');
  });

  it.each([
    `state = 'open', sealed_at = NULL, sealed_by = NULL`,
    `sealed_at = NULL, sealed_by = NULL, state = 'revoked', revoked_at = now(), revoked_by = 'x', revoked_reason = 'x'`,
    `sealed_at = sealed_at + interval '1 hour'`,
    `sealed_by = 'somebody else'`,
  ])('stays sealed: SET %s', async (assignment) => {
    await seal(context.app, release.id);
    await expectRefused(`UPDATE releases SET ${assignment}`);
  });

  const UNREVOKED = 'revoked_at = NULL, revoked_by = NULL, revoked_reason = NULL';
  it.each([
    `state = 'open', ${UNREVOKED}, sealed_at = NULL, sealed_by = NULL`,
    `state = 'sealed', ${UNREVOKED}`,
    `revoked_at = revoked_at + interval '1 hour'`,
    `revoked_by = 'somebody else'`,
    `revoked_reason = 'another one'`,
    `sealed_at = NULL, sealed_by = NULL`,
  ])('stays revoked: SET %s', async (assignment) => {
    await seal(context.app, release.id);
    await revoke(context.app, release.id);
    await expectRefused(`UPDATE releases SET ${assignment}`);
  });

  it('cannot be marked as sealed after it was revoked unsealed', async () => {
    await revoke(context.app, release.id);
    await expectRefused(`UPDATE releases SET sealed_at = now(), sealed_by = 'x'`);
  });

  it.each([
    `state = 'sealed'`,
    `state = 'revoked'`,
    `sealed_at = now(), sealed_by = 'x'`,
    `state = 'sealed', sealed_at = now()`,
    `state = 'revoked', revoked_at = now(), revoked_by = 'x'`,
    `links = '{}'`,
  ])('has all columns of its state: SET %s', async (assignment) => {
    const before = await table();
    await expect(sql(`UPDATE releases SET ${assignment}`)).rejects.toMatchObject({ code: '23514' });
    expect(await table()).toEqual(before);
  });

  it.each(['DELETE FROM releases', 'TRUNCATE releases CASCADE', 'TRUNCATE projects CASCADE'])(
    'cannot be deleted: %s',
    async (statement) => {
      await expectRefused(statement);
      await addArtifact(context.app, release.id);
      await revoke(context.app, release.id);
      await expectRefused(statement);
    },
  );

  it('keeps its project, and the id of the project', async () => {
    for (const statement of ['DELETE FROM projects', 'UPDATE projects SET id = 9']) {
      await expect(sql(statement)).rejects.toThrow(/violates .*foreign key constraint/);
    }
    expect(await sql('SELECT project_id FROM releases')).toEqual([{ project_id: 1 }]);
  });
});

describe('a permitted change', () => {
  it.each([
    `notes = 'from psql'`,
    `links = '[{"title":"x","url":"http://x"}]'`,
    `updated_by = 'dba'`,
    `state = 'sealed', sealed_at = now(), sealed_by = 'dba'`,
    `state = 'revoked', revoked_at = now(), revoked_by = 'dba', revoked_reason = 'x'`,
  ])('increments the revision: SET %s', async (assignment) => {
    await sql(`UPDATE releases SET ${assignment}`);
    expect(await revision()).toBe(2);
    const response = await context.app.inject(`/releases/${release.id}`);
    expect(response.headers.etag).toBe('"2"');
    expect(response.json().updatedAt >= release.updatedAt).toBe(true);
  });

  it('does not increment the revision if nothing changes', async () => {
    await sql(`UPDATE releases SET notes = notes, version = version, state = 'open'`);
    expect(await revision()).toBe(1);
  });

  it('does not let a statement set the revision or the time of the change', async () => {
    await sql(`UPDATE releases SET revision = 99, updated_at = '2000-01-01', notes = 'y'`);
    expect(await revision()).toBe(2);
    const { updatedAt } = (await context.app.inject(`/releases/${release.id}`)).json();
    expect(updatedAt >= release.updatedAt).toBe(true);
  });
});

describe('an artifact in the database', () => {
  it.each([
    `name = 'other'`,
    `kind = 'other'`,
    `sha256 = '${'a'.repeat(64)}'`,
    'size = 1',
    `purl = 'pkg:npm/a', purl_key = 'pkg:npm/a'`,
    `created_at = now() - interval '1 day'`,
    `created_by = 'somebody else'`,
    'name = name',
  ])('cannot be changed: %s', async (assignment) => {
    await addArtifact(context.app, release.id);
    await expectRefused(`UPDATE artifacts SET ${assignment}`);
  });

  it.each(['DELETE FROM artifacts', 'TRUNCATE artifacts CASCADE'])(
    'cannot be deleted: %s',
    async (statement) => {
      await addArtifact(context.app, release.id);
      await expectRefused(statement);
    },
  );
});
