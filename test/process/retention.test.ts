import { afterEach, describe, expect, it } from 'vitest';
import { RETENTION_ROLE } from '../../src/database/role/retention.js';
import { sql, testDatabaseUrl } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { rowCounts, uploaded } from '../support/evidence.js';
import { logApp } from '../support/log.js';
import { runProgram } from '../support/process.js';
import { createRelease } from '../support/releases.js';
import { everythingIsOld, minimumIsBack } from '../support/retention.js';

const PASSWORD = 'a-password-of-retention';

afterEach(async () => {
  await minimumIsBack();
  await sql(`DROP OWNED BY ${RETENTION_ROLE}; DROP ROLE IF EXISTS ${RETENTION_ROLE}`).catch(
    () => {},
  );
});

function asRetention(): Record<string, string> {
  const url = new URL(testDatabaseUrl());
  url.username = RETENTION_ROLE;
  url.password = PASSWORD;
  return { DATABASE_URL: testDatabaseUrl(), RETENTION_DATABASE_URL: url.href };
}

async function command(env: Record<string, string>, ...args: string[]) {
  const program = runProgram('dist/retention.js', env, ...args);
  const code = await program.exit;
  return { code, output: program.output() };
}

const makeRole = async () => {
  const env = { ...asRetention(), MIGRATION_DATABASE_URL: testDatabaseUrl() };
  const made = await command(env, '--make-role');
  expect(made).toMatchObject({ code: 0, output: expect.stringContaining('and nothing else') });
};

/** Old documents of a release, and a newer release. */
async function documents(count: number): Promise<void> {
  const { app, settle } = await logApp();
  const { id: release } = await createRelease(app);
  for (let n = 0; n < count; n += 1) {
    const report = trivy({ id: `CVE-2026-${1000 + n}`, severity: 'LOW' });
    await uploaded(app, release, report, { label: `scan-${n}` });
  }
  await createRelease(app, { projectId: 1, version: '2.0.0' });
  await settle();
  await everythingIsOld();
}

const removals = () =>
  sql(
    `SELECT count(*)::int AS rows, count(DISTINCT sha256)::int AS documents FROM document_removals`,
  );

describe('npm run retention', () => {
  it('lists, removes up to a limit, goes on after a kill, and removes nothing twice', async () => {
    await documents(12);
    await makeRole();
    const env = asRetention();
    const before = await rowCounts();
    const dry = await command(env, '--dry-run');
    expect(dry).toMatchObject({ code: 0, output: expect.stringContaining('would remove 12 docu') });
    expect(await rowCounts()).toEqual(before);
    const some = await command(env, '--apply', '--limit', '2');
    expect(some).toMatchObject({ code: 0, output: expect.stringContaining('removed 2 docu') });
    const killed = runProgram('dist/retention.js', env, '--apply');
    await killed.saw(/^1\t[0-9a-f]{64}\t/m);
    killed.child.kill('SIGKILL');
    await killed.exit;
    // PostgreSQL ends a session that was killed in the middle of a statement when that has ended.
    await expect.poll(async () => (await command(env, '--apply')).code).toBe(0);
    expect(await removals()).toEqual([{ rows: 12, documents: 12 }]);
    expect((await rowCounts()).document_chunks).toBe(0);
    const last = await command(env, '--apply');
    expect(last).toMatchObject({ code: 0, output: expect.stringContaining('removed 0 docu') });
  });

  it('is refused while another run is at work', async () => {
    await documents(1);
    await makeRole();
    const lock = `SELECT pg_advisory_lock(hashtextextended('["retention"]', 0))`;
    const unlock = `SELECT pg_advisory_unlock(hashtextextended('["retention"]', 0))`;
    await sql(lock);
    const ran = await command(asRetention(), '--apply');
    await sql(unlock);
    expect(ran).toMatchObject({ code: 2, output: expect.stringContaining('another run') });
    expect(await removals()).toEqual([{ rows: 0, documents: 0 }]);
  });

  it.each<[string, string[], Record<string, string>, RegExp]>([
    ['no option', [], {}, /give one of --dry-run/],
    ['two options', ['--dry-run', '--apply'], {}, /give one of --dry-run/],
    ['a limit of 0', ['--apply', '--limit', '0'], {}, /--limit must be a number from 1/],
    ['no role', ['--apply'], { RETENTION_DATABASE_URL: '' }, /RETENTION_DATABASE_URL is not set/],
    ['no owner', ['--make-role'], {}, /needs RETENTION_DATABASE_URL and MIGRATION_DATABASE_URL/],
    ['a wrong password', ['--dry-run'], {}, /authentication failed|does not exist/],
  ])('ends with 2 for %s', async (_what, args, env, message) => {
    const ran = await command({ ...asRetention(), ...env }, ...args);
    expect(ran).toMatchObject({ code: 2, output: expect.stringMatching(message) });
    expect(ran.output).not.toContain(PASSWORD);
  });
});
