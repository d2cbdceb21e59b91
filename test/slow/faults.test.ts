import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type Answer, ask } from '../support/answers.js';
import { bom } from '../support/documents.js';
import { useEmbedded } from '../support/embedded.js';
import { type Program, startServer, stop } from '../support/process.js';
import { mayMount, onSmallDisk } from '../support/small-disk.js';

/** An operator or a full disk stops PostgreSQL: 503 with the cause in the log, then service without a restart. */
const embedded = useEmbedded();

const LOGGED = { LOG_LEVEL: 'info', LOG_FORMAT: 'json' };

type Server = Program & { readonly url: string };

const create = ({ url }: Server) => ask(`${url}/projects`, { method: 'POST', json: { name: 'A' } });
const ready = ({ url }: Server) => ask(`${url}/health/ready`);

const causes = (server: Server): string[] =>
  server
    .output()
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => String(JSON.parse(line).cause ?? ''));

const unavailable = (detail: RegExp) => ({
  status: 503,
  body: { code: 'database-unavailable', detail: expect.stringMatching(detail) },
});

function expectProblem({ headers, ...answer }: Answer, detail: RegExp): void {
  expect(answer).toMatchObject(unavailable(detail));
  expect(headers.get('content-type')).toMatch(/^application\/problem\+json/);
  expect(headers.get('retry-after')).toBe('5');
}

const untilServed = async (server: Server, work: (server: Server) => Promise<Answer> = create) => {
  await expect.poll(() => ready(server)).toMatchObject({ status: 200 });
  await expect.poll(() => work(server)).toMatchObject({ status: 201 });
  expect(server.child.exitCode).toBeNull();
};

describe('a PostgreSQL that an operator changes', () => {
  let admin: Awaited<ReturnType<typeof embedded.connect>>;
  afterEach(() => admin.end());

  const endOthers = () =>
    admin.query(`SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                  WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'`);

  it('was set to read-only: no write, reads go on', async () => {
    const server = await embedded.start(LOGGED);
    admin = await embedded.connect();
    expect((await create(server)).status).toBe(201);
    await admin.query('ALTER SYSTEM SET default_transaction_read_only = on');
    await admin.query('SELECT pg_reload_conf()');
    await expect.poll(async () => (await ready(server)).status).toBe(503);
    expectProblem(
      await ready(server),
      /^The database takes no writes: it is a standby or read-only/,
    );
    expectProblem(await create(server), /^The database is unavailable/);
    expect((await ask(`${server.url}/projects`)).status).toBe(200);
    expect(causes(server)).toContain(
      '25006 default_transaction_read_only is on for the server, the database or the role',
    );
    await admin.query('ALTER SYSTEM RESET default_transaction_read_only');
    await admin.query('SELECT pg_reload_conf()');
    await untilServed(server);
  });

  it('has another password: the pool logs in again when it has the old one', async () => {
    await embedded.start(LOGGED);
    admin = await embedded.connect();
    await admin.query(`CREATE ROLE app LOGIN PASSWORD 'first' IN ROLE postgres`);
    const url = `postgresql://app:first@127.0.0.1:${embedded.port}/secure_release_db`;
    const server = await startServer({ ...LOGGED, DATABASE_URL: url });
    expect((await create(server)).status).toBe(201);
    await admin.query(`ALTER ROLE app PASSWORD 'second'`);
    // A session of a job may be logging in just now.
    const end = `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'app'`;
    await expect.poll(async () => (await admin.query(end)).rowCount).toBe(0);
    expectProblem(await ready(server), /^The database refuses the login of this server/);
    expectProblem(await create(server), /^The database is unavailable/);
    expect(causes(server)).toContain('28P01 password authentication failed for user "app"');
    await admin.query(`ALTER ROLE app PASSWORD 'first'`);
    await untilServed(server);
    expect(await stop(server)).toBe(0);
  });

  it('has other passwords, and is embedded: it is not given up', async () => {
    const server = await embedded.start(LOGGED);
    admin = await embedded.connect();
    const { rows } = await admin.query<{ name: string; verifier: string }>(
      `SELECT rolname AS name, rolpassword AS verifier FROM pg_authid
        WHERE rolname IN ('postgres', 'srp_server')`,
    );
    for (const { name } of rows) await admin.query(`ALTER ROLE ${name} PASSWORD 'another'`);
    await endOthers();
    await server.saw(/"cause":"the password in [^"]+ does not match.*trying again/);
    await expect
      .poll(() => ready(server))
      .toMatchObject(unavailable(/refuses the login.*starts its embedded PostgreSQL again/));
    for (const { name, verifier } of rows)
      await admin.query(`ALTER ROLE ${name} PASSWORD '${verifier}'`);
    await server.saw(/the embedded PostgreSQL runs again/);
    await untilServed(server);
  });
});

describe.runIf(mayMount())('a full disk', () => {
  let disk: ReturnType<typeof onSmallDisk>;
  let server: Server;
  let release: string;
  beforeEach(async () => {
    disk = onSmallDisk(embedded.folder, '300m');
    server = await embedded.start(LOGGED);
    const { body: project } = await create(server);
    const { body } = await ask(`${server.url}/projects/${project.id}/releases`, {
      method: 'POST',
      json: { version: '1', commit: 'a'.repeat(40) },
    });
    release = String(body.id);
  });
  afterEach(async () => {
    await stop(server);
    disk.remove();
  });

  /** Each needs some hundred kB more, because random text is stored as it is. */
  const upload = () => {
    const parts = Array.from({ length: 300 }, () => ({ name: randomBytes(400).toString('hex') }));
    const document = bom(parts.map(({ name }) => ({ name })));
    return ask(`${server.url}/releases/${release}/evidence`, { method: 'POST', json: document });
  };

  it('503 while nothing fits, reads go on, and then all is stored', async () => {
    expect((await upload()).status).toBe(201);
    disk.fill();
    await expect.poll(async () => (await upload()).status).toBe(503);
    expectProblem(await ready(server), /^The disk of the database is full/);
    expect((await ask(`${server.url}/projects`)).status).toBe(200);
    expect(causes(server).join('\n')).toMatch(/^53100 could not .*No space left on device/m);
    disk.free();
    await untilServed(server, upload);
  });

  it('on which PostgreSQL ends, because its log does not fit: it is started until it runs', async () => {
    const admin = await embedded.connect();
    disk.fill();
    const fillLog = async () => {
      // Each is a segment of 16 MiB. It changes no table, which would fail before.
      for (;;) await admin.query(`SELECT pg_logical_emit_message(false, '', ''), pg_switch_wal()`);
    };
    await expect(fillLog()).rejects.toThrow();
    await server.saw(/the embedded PostgreSQL does not run, trying again/);
    await expect.poll(async () => (await ready(server)).status).toBe(503);
    expectProblem(await create(server), /^The database is unavailable/);
    disk.free();
    await untilServed(server, upload);
  });
});
