import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { freePort } from '../support/ports.js';
import { runProgram, stop } from '../support/process.js';

const embedded = useEmbedded();

describe('a start that fails', () => {
  async function occupy(port: number): Promise<Server> {
    const server = createServer((socket) => socket.end());
    await new Promise<void>((done) => server.listen(port, '127.0.0.1', done));
    return server;
  }

  it('reports that the port of PostgreSQL is in use', async () => {
    const server = await occupy(embedded.port);
    expect(await embedded.failure()).toMatch(
      /port \d+ on 127\.0\.0\.1 is used by another.*EMBEDDED_PG_PORT/,
    );
    server.close();
  });

  it('reports that the data belongs to another version, and does not change it', async () => {
    await stop(await embedded.start());
    const file = join(embedded.folder, 'data', 'PG_VERSION');
    await writeFile(file, '13\n');
    expect(await embedded.failure()).toMatch(
      /PostgreSQL 13, but the embedded server is PostgreSQL 18\. Nothing/,
    );
    await writeFile(file, '18\n');
    expect((await fetch(`${(await embedded.start()).url}/health/ready`)).status).toBe(200);
  });

  it('reports that the folder is not writable', async () => {
    const file = join(tmpdir(), `srp-file-${process.pid}`);
    await writeFile(file, '');
    expect(await embedded.failure({ EMBEDDED_PG_DIR: join(file, 'postgres') })).toMatch(
      /cannot write to .*srp-file-\d+\/postgres.*EMBEDDED_PG_DIR/,
    );
    await rm(file);
  });

  it('reports that the port of the API is in use, and stops PostgreSQL', async () => {
    const port = await freePort();
    const server = await occupy(port);
    expect(await embedded.failure({ PORT: String(port) })).toBe(
      `cannot start: port ${port} is used by another program: set PORT`,
    );
    expect(await embedded.answers()).toBe(false);
    server.close();
  });

  it('names the port of the running server, which continues to run', async () => {
    const { url } = await embedded.start();
    const other = runProgram('dist/server.js', {
      ...embedded.env,
      PORT: '0',
      EMBEDDED_PG_PORT: String(await freePort()),
    });
    expect(await other.exit).toBe(1);
    expect(other.output()).toContain(`Set EMBEDDED_PG_PORT=${embedded.port} to share it`);
    expect(await embedded.answers()).toBe(true);
    expect((await fetch(`${url}/health/ready`)).status).toBe(200);
  });

  it('reports that the password is wrong, and leaves no process', async () => {
    await stop(await embedded.start());
    const file = join(embedded.folder, 'password');
    const password = await readFile(file, 'utf8');
    await writeFile(file, 'wrong');
    expect(await embedded.failure()).toMatch(/the password in .*password does not match the data/);
    await writeFile(file, password);
    expect(await embedded.answers()).toBe(false);
    expect((await fetch(`${(await embedded.start()).url}/health/ready`)).status).toBe(200);
  });

  it('reports that HOST is not an address of this machine', async () => {
    expect(await embedded.failure({ HOST: '192.0.2.1', AUTH_MODE: 'none' })).toBe(
      'cannot start: HOST is not an address of this machine (EADDRNOTAVAIL)',
    );
    expect(await embedded.answers()).toBe(false);
  });

  it('does not listen on a network unless AUTH_MODE is set', async () => {
    expect(await embedded.failure({ HOST: '0.0.0.0' })).toMatch(
      /^cannot start: HOST=0\.0\.0\.0 is reachable from other machines: set AUTH_MODE=token/,
    );
    expect(await embedded.answers()).toBe(false);
  });

  it('reports that the password file does not exist', async () => {
    await stop(await embedded.start());
    await rm(join(embedded.folder, 'password'));
    const other = runProgram('dist/server.js', { ...embedded.env, PORT: '0' });
    expect(await other.exit).toBe(1);
    expect(other.output()).toMatch(/postgres\/password does not exist/);
  });

  it('succeeds with a postmaster.pid that a crash left empty', async () => {
    await stop(await embedded.start());
    await writeFile(join(embedded.folder, 'data', 'postmaster.pid'), '');
    expect((await fetch(`${(await embedded.start()).url}/health/ready`)).status).toBe(200);
  });

  it('succeeds with a postmaster.pid that names another program', async () => {
    await stop(await embedded.start());
    const file = join(embedded.folder, 'data', 'postmaster.pid');
    await writeFile(file, `${process.pid}\n${embedded.folder}\n1\n${embedded.port}\n\n\n\nready\n`);
    const server = await embedded.start();
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });
});

describe('a standby', () => {
  it('serves reads, and answers 503 to a change', async () => {
    await writeFile(join(embedded.folder, 'data', 'standby.signal'), '');
    const { url } = await embedded.start();
    expect((await fetch(`${url}/projects`)).status).toBe(200);
    const change = await fetch(`${url}/projects`, {
      method: 'POST',
      body: JSON.stringify({ name: 'Mon Projet' }),
      headers: { 'content-type': 'application/json' },
    });
    expect(change.status).toBe(503);
    expect(await change.json()).toMatchObject({ code: 'database-unavailable' });
    const ready = await fetch(`${url}/health/ready`);
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({
      detail: expect.stringMatching(/^The database takes no writes: it is a standby/),
    });
  });
});
