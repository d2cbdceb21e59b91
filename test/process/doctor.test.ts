import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rm, utimes, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ask } from '../support/answers.js';
import { runBuilt } from '../support/backup.js';
import { startCollector } from '../support/collector.js';
import { useEmbedded } from '../support/embedded.js';
import { keysFolder } from '../support/log.js';
import { freePort } from '../support/ports.js';
import { runProgram, startServer, stop } from '../support/process.js';
import { createOwnedDatabase } from '../support/server-role.js';
import { receiver } from '../support/webhooks.js';

/** `npm run doctor` as a real process, with real faults. */

interface Line {
  readonly check: string;
  readonly status: string;
  readonly found: string;
  readonly next: string | null;
}

async function doctor(env: Record<string, string>, ...args: string[]) {
  const program = runProgram('dist/doctor.js', env, ...args);
  return { code: await program.exit, output: program.output() };
}

/** The lines by their check. */
async function examined(env: Record<string, string>) {
  const { code, output } = await doctor(env, '--json');
  const report = JSON.parse(output) as { format: number; status: string; checks: Line[] };
  const lines = Object.fromEntries(report.checks.map((line) => [line.check, line]));
  return { code, output, report, lines };
}

/** Digests of all files of a folder. */
async function contentsOf(folder: string): Promise<Record<string, string>> {
  const names = (await readdir(folder)).sort();
  const files = names.map(async (name) => {
    const bytes = await readFile(join(folder, name));
    return [name, createHash('sha256').update(bytes).digest('hex')] as const;
  });
  return Object.fromEntries(await Promise.all(files));
}

const CHECKS =
  'configuration server database role migrations keys log clock disk workers jobs sign-in webhooks traces backup';

describe('with the embedded PostgreSQL', () => {
  const embedded = useEmbedded();
  const keysOf = () => dirname(embedded.passwordFile);

  it('finds nothing wrong beside a server, and says when jobs ran', async () => {
    const PORT = String(await freePort());
    const env = { ...embedded.env, PORT, METRICS_PUBLIC: 'true' };
    const server = await embedded.start(env);
    await ask(`${server.url}/projects`, { method: 'POST', json: { name: 'Shop' } });
    expect((await runBuilt('backup', embedded.env)).code).toBe(0);
    const { code, output, lines, report } = await examined(env);
    expect(report.checks.map(({ check }) => check).join(' ')).toBe(CHECKS);
    const bad = report.checks.filter(({ status }) => status !== 'ok');
    expect(bad.filter(({ check }) => check !== 'disk')).toEqual([]);
    expect(code).toBe(0);
    expect(report).toMatchObject({ format: 1, at: expect.any(String), commit: expect.any(String) });
    expect(lines.server?.found).toBe(`${server.url} is ready`);
    expect(lines.role?.found).toContain('srp_server');
    expect(lines.jobs?.found).toMatch(/last run: .*idempotency-keys \d+ s ago/);
    expect(lines.log?.found).toMatch(/^signing: srp\.invalid\//);
    expect(lines.backup?.found).toMatch(/ is 0 h old$/);
    expect(output).not.toContain(await readFile(embedded.passwordFile, 'utf8'));
    await stop(server);
  });

  it('needs no server: it starts PostgreSQL, stops it again, and changes no key', async () => {
    const before = await contentsOf(keysOf());
    const { code, output } = await doctor({ ...embedded.env, PORT: String(await freePort()) });
    expect(code, output).toBe(0);
    expect(output).toMatch(
      /^warn {5}server {9}no server answers at .*ECONNREFUSED.*Next: npm start$/m,
    );
    expect(output).toMatch(/^ok {7}migrations {5}\d+ migrations applied, their checksums match$/m);
    expect(output).toMatch(/^warn {5}backup .*has no backup\. Next: npm run -s backup$/m);
    expect(await embedded.answers()).toBe(false);
    expect(await contentsOf(keysOf())).toEqual(before);
  });

  it('says that no server has started here, and makes nothing', async () => {
    await embedded.erase();
    const { code, lines } = await examined({ ...embedded.env, PORT: '0' });
    expect(code).toBe(1);
    expect(lines.database).toMatchObject({ status: 'fail', next: 'npm start' });
    expect(lines.log).toMatchObject({ status: 'unknown' });
    await expect(readdir(keysOf())).rejects.toMatchObject({ code: 'ENOENT' });
    await expect(readdir(embedded.folder)).rejects.toMatchObject({ code: 'ENOENT' });
  });

  it('finds a key that is missing, and what was restored', async () => {
    const server = await embedded.start();
    await ask(`${server.url}/projects`, { method: 'POST', json: { name: 'Shop' } });
    const signed = async () => {
      const text = await readFile(join(keysOf(), 'state.json'), 'utf8');
      return (JSON.parse(text) as { size: number }).size;
    };
    await expect.poll(signed).toBeGreaterThan(0);
    await stop(server);
    const pem = join(keysOf(), 'log-1.pem');
    const text = await readFile(pem);
    await rm(pem);
    const missing = await examined({ ...embedded.env, PORT: '0' });
    expect(missing.code).toBe(1);
    expect(missing.lines.keys).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('log-1.pem is missing'),
      next: expect.stringContaining('lost-signing-key.md'),
    });
    expect(missing.lines.log?.status).toBe('unknown');
    await writeFile(pem, text, { mode: 0o600 });
    const state = JSON.parse(await readFile(join(keysOf(), 'state.json'), 'utf8'));
    const ahead = JSON.stringify({ ...state, size: state.size + 100 });
    await writeFile(join(keysOf(), 'state.json'), ahead, { mode: 0o600 });
    const behind = await examined({ ...embedded.env, PORT: '0' });
    expect(behind.lines.log).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(/^behind: The database has fewer log entries than were signed/),
    });
  });

  it('finds a clock that differs', async () => {
    const ahead = 'data:text/javascript,const now = Date.now; Date.now = () => now() + 3600000;';
    const NODE_OPTIONS = `--import "${ahead.replaceAll(' ', '%20')}"`;
    const { lines } = await examined({ ...embedded.env, PORT: '0', NODE_OPTIONS });
    expect(lines.clock).toMatchObject({
      status: 'warn',
      found: expect.stringMatching(/^this machine is 3[56]\d\d(\.\d)? s ahead of the database$/),
      next: 'timedatectl, on both machines',
    });
  });

  it('finds an old backup', async () => {
    const backups = join(embedded.folder, 'dumps');
    await mkdir(backups);
    const file = join(backups, 'srp.dump');
    await writeFile(file, '');
    const then = new Date(Date.now() - 72 * 3_600_000);
    await utimes(file, then, then);
    const { output } = await doctor({ ...embedded.env, PORT: '0' }, '--backups', backups);
    expect(output).toMatch(/^warn {5}backup .*dumps is 72 h old/m);
  });
});

describe('with DATABASE_URL', () => {
  let owned: Awaited<ReturnType<typeof createOwnedDatabase>>;
  let env: Record<string, string>;
  beforeEach(async () => {
    owned = await createOwnedDatabase();
    await owned.prepare();
    env = { DATABASE_URL: owned.access.url, SIGNING_KEYS_DIR: await keysFolder(), PORT: '0' };
  });
  afterEach(() => owned.drop());

  it('finds a wrong password, and shows none', async () => {
    const wrong = Object.assign(new URL(owned.access.url), { password: 'not-the-password' }).href;
    const { code, lines, output } = await examined({ ...env, DATABASE_URL: wrong });
    expect(code).toBe(1);
    expect(lines.database).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('28P01 password authentication failed'),
      next: expect.stringContaining('npm run -s db:migrate'),
    });
    expect(lines.migrations?.status).toBe('unknown');
    expect(output).not.toContain('not-the-password');
  });

  it('finds migrations that are pending, edited and failed', async () => {
    await owned.execute(
      `DELETE FROM _prisma_migrations WHERE migration_name = (SELECT max(migration_name) FROM _prisma_migrations)`,
    );
    const pending = await examined(env);
    expect(pending.code).toBe(1);
    expect(pending.lines.migrations).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(/^pending: \d+_/),
      next: 'npm run -s db:migrate',
    });
    await owned.execute(
      `UPDATE _prisma_migrations SET checksum = 'x' WHERE migration_name LIKE '%_projects'`,
    );
    expect((await examined(env)).lines.migrations?.found).toMatch(/migrated by other files: \d+_/);
  });

  it('finds a role that lacks a right, and one that may rewrite the record', async () => {
    await owned.execute(`REVOKE INSERT ON events FROM ${owned.server.name}`);
    const lacking = await examined(env);
    expect(lacking.lines.role).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('lacks INSERT ON events'),
    });
    const owner = await examined({ ...env, DATABASE_URL: owned.ownerUrl });
    expect(owner.lines.role).toMatchObject({ status: 'warn' });
    expect(owner.lines.role?.next).toContain('MIGRATION_DATABASE_URL');
  });

  it('finds a database that takes no writes', async () => {
    const name = new URL(owned.ownerUrl).pathname.slice(1);
    await owned.execute(`ALTER DATABASE ${name} SET default_transaction_read_only = on`);
    const { lines } = await examined(env);
    expect(lines.database).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('takes no writes'),
    });
  });

  it('finds a job that is stuck, which only fails while a server runs', async () => {
    const PORT = String(await freePort());
    const served = { ...env, PORT, METRICS_PUBLIC: 'true' };
    const server = await startServer(served);
    const metrics = async () => (await fetch(`${server.url}/metrics`)).text();
    await expect.poll(metrics).toContain('timestamp_seconds{name="idempotency-keys"}');
    await owned.execute(
      `INSERT INTO idempotency_keys (caller, key, fingerprint, created_at)
       VALUES ('token:x', 'k', '', now() - interval '5 days')`,
    );
    const stuck = await examined(served);
    expect(stuck.code).toBe(1);
    expect(stuck.lines.jobs).toMatchObject({
      status: 'fail',
      found: expect.stringMatching(/^idempotency-keys is stuck: .* wait for 4 days/),
      next: 'docs/runbooks/job-stuck.md',
    });
    await stop(server);
    const without = await examined(served);
    expect(without.lines.jobs).toMatchObject({ status: 'warn', next: 'npm start' });
  });

  it('finds a webhook that fails, and does not show its path', async () => {
    const to = await receiver((_request, response) => response.writeHead(500).end());
    const server = await startServer({ ...env, WEBHOOK_PRIVATE_HOSTS: '127.0.0.1' });
    const json = { url: `${to.url}/very-secret-path`, events: ['environment.stopped'] };
    const { body } = await ask(`${server.url}/webhooks`, { method: 'POST', json });
    const stopLine = { method: 'POST', json: { reason: 'Payments fail' } } as const;
    await ask(`${server.url}/environments/production/stop`, stopLine);
    const found = async () => (await examined(env)).lines.webhooks?.found ?? '';
    await expect.poll(found).toMatch(/fails: \d attempts?, last 500/);
    const { code, output, lines } = await examined(env);
    expect(lines.webhooks).toMatchObject({ status: 'warn' });
    expect(lines.webhooks?.found).toContain(`${body.id} (127.0.0.1:`);
    expect(code).toBe(0);
    for (const secret of ['very-secret-path', String(body.secret), owned.server.password]) {
      expect(output).not.toContain(secret);
    }
    await stop(server);
  });

  it('finds a provider that does not answer', async () => {
    const { code, lines } = await examined({
      ...env,
      AUTH_MODE: 'token',
      PUBLIC_URL: 'https://srp.example.org',
      SIGN_IN_ISSUER: `http://127.0.0.1:${await freePort()}`,
      SIGN_IN_CLIENT_ID: 'srp',
      SIGN_IN_CLIENT_SECRET: 'a-client-secret',
      SIGN_IN_GROUPS: 'oncall',
    });
    expect(code).toBe(1);
    expect(lines['sign-in']).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('ECONNREFUSED'),
      next: expect.stringContaining('openid-configuration'),
    });
  });

  it('asks the collector of traces', async () => {
    const asked = async (url: string) => {
      const { lines } = await examined({ ...env, OTEL_EXPORTER_OTLP_ENDPOINT: url });
      return [lines.traces?.status, lines.traces?.found];
    };
    const collector = await startCollector();
    expect(await asked(collector.url)).toEqual(['ok', `${collector.url} takes traces`]);
    expect(collector.spans()).toEqual([]);
    const { url } = await startCollector({ status: 500 });
    expect(await asked(url)).toEqual(['warn', `${url}/v1/traces answers 500`]);
    const away = `http://127.0.0.1:${await freePort()}`;
    expect(await asked(away)).toEqual(['warn', expect.stringContaining('ECONNREFUSED')]);
    expect(await asked('http://192.0.2.1:4318')).toEqual(['unknown', expect.any(String)]);
  });

  it('a bad setting is a failure, and a bad option is not an answer', async () => {
    const bad = await examined({ ...env, HOST: '0.0.0.0' });
    expect(bad.code).toBe(1);
    expect(bad.lines.configuration).toMatchObject({
      status: 'fail',
      found: expect.stringContaining('AUTH_MODE'),
    });
    expect(new Set(bad.report.checks.slice(1).map(({ status }) => status))).toEqual(
      new Set(['unknown']),
    );
    expect(await doctor(env, '--wrong')).toMatchObject({
      code: 2,
      output: expect.stringMatching(/^doctor: Unknown option/),
    });
  });
});
