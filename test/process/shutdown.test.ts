import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { holdTransaction, sql, testDatabaseUrl, untilWaiting } from '../support/database.js';
import { startServer, stop } from '../support/process.js';

/** What could end the waiting otherwise would do so in an hour; the process must not wait for it. */
const HOUR = '3600000';
const PATIENT = {
  DATABASE_LOCK_TIMEOUT_MS: HOUR,
  DATABASE_STATEMENT_TIMEOUT_MS: HOUR,
  KEEP_ALIVE_TIMEOUT_MS: HOUR,
  REQUEST_TIMEOUT_MS: HOUR,
  SHUTDOWN_TIMEOUT_MS: HOUR,
};

/** SIGTERM while there is something to do. */
const start = (env: Record<string, string> = {}) =>
  startServer({ DATABASE_URL: testDatabaseUrl(), ...PATIENT, ...env });

const post = (url: string) =>
  fetch(`${url}/projects`, {
    method: 'POST',
    body: '{"name":"Mon Projet"}',
    headers: { 'content-type': 'application/json' },
  });

/** A request that waits for a lock, until `release` is called. */
async function blockedPost(url: string) {
  const release = await holdTransaction('LOCK TABLE projects');
  const answer = post(url);
  answer.catch(() => {}); // whoever waits for it hears of it
  await untilWaiting(1);
  return { release, answer };
}

async function openConnection(url: string): Promise<Socket> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => {});
  onTestFinished(() => void socket.destroy());
  await once(socket, 'connect');
  return socket;
}

describe('SIGTERM', () => {
  it('lets a running request finish, and refuses new connections', async () => {
    const server = await start();
    const { release, answer } = await blockedPost(server.url);
    const exit = stop(server);
    await expect
      .poll(() =>
        openConnection(server.url).then(
          () => 'accepted',
          (error) => error.code,
        ),
      )
      .toBe('ECONNREFUSED');
    await release();
    const response = await answer;
    expect(response.status).toBe(201);
    expect(await exit).toBe(0);
    expect(await sql('SELECT name FROM projects')).toEqual([{ name: 'Mon Projet' }]);
  });

  it('serves requests for SHUTDOWN_DELAY_MS, while the readiness probe fails', async () => {
    const server = await start({ SHUTDOWN_DELAY_MS: '6000' });
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    const began = Date.now();
    const exit = stop(server);
    await expect
      .poll(async () => (await fetch(`${server.url}/health/ready`)).status, { interval: 10 })
      .toBe(503);
    const ready = await fetch(`${server.url}/health/ready`);
    expect(await ready.json()).toMatchObject({ code: 'shutting-down' });
    expect((await post(server.url)).status).toBe(201);
    const health = await fetch(`${server.url}/health`);
    expect(health.status).toBe(200);
    expect(health.headers.get('connection')).toBe('close');
    expect(await exit).toBe(0);
    expect(Date.now() - began).toBeGreaterThanOrEqual(6000);
  });

  it('ends the process after SHUTDOWN_TIMEOUT_MS', async () => {
    const server = await start({ SHUTDOWN_TIMEOUT_MS: '700' });
    const { answer } = await blockedPost(server.url);
    const began = Date.now();
    expect(await stop(server)).toBe(1);
    expect(Date.now() - began).toBeGreaterThanOrEqual(700);
    await expect(answer).rejects.toThrow();
  });

  it('does not wait for connections without a request', async () => {
    const server = await start();
    await openConnection(server.url);
    (await openConnection(server.url)).write('GET /health HTTP/1.1\r\nHost: local');
    const third = await openConnection(server.url);
    third.write('GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n');
    await once(third, 'data');
    expect(await stop(server)).toBe(0);
  });
});
