import { describe, expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { stop } from '../support/process.js';

const embedded = useEmbedded();

const ROUNDS = 60;

describe('an administrator who ends all sessions again and again', () => {
  it('does not end the server: each request is answered, and each key creates at most one project', async () => {
    const server = await embedded.start();
    const admin = await embedded.connect();
    const statuses = new Map<number, number>();
    const count = (status: number) => statuses.get(status) ?? 0;
    let stopped = false;
    let next = 0;
    const write = async () => {
      while (!stopped) {
        next += 1;
        const response = await fetch(`${server.url}/projects`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `key-${next}` },
          body: JSON.stringify({ name: `project ${next}` }),
        });
        await response.arrayBuffer();
        statuses.set(response.status, count(response.status) + 1);
      }
    };
    /** Ends all sessions, lets some requests through, and ends them again. */
    const terminate = async () => {
      for (let round = 0; round < ROUNDS || count(503) <= 10; round += 1) {
        const before = count(201);
        await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
        await expect.poll(() => count(201) - before, { interval: 5 }).toBeGreaterThan(5);
      }
    };
    const writers = Array.from({ length: 25 }, write);
    try {
      await terminate();
    } finally {
      stopped = true;
      await Promise.all(writers);
    }
    const rows = await admin.query('SELECT 1 FROM projects GROUP BY name HAVING count(*) > 1');
    await admin.end();
    expect(rows.rows).toEqual([]);
    expect([...statuses.keys()].sort()).toEqual([201, 503]);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await stop(server)).toBe(0);
  });
});
