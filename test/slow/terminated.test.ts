import { describe, expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { stop } from '../support/process.js';

const embedded = useEmbedded();

describe('an administrator who ends all sessions again and again', () => {
  it('does not end the server: each request is answered, and each key creates at most one project', async () => {
    const server = await embedded.start();
    const admin = await embedded.connect();
    const until = Date.now() + 8000;
    const statuses = new Map<number, number>();
    let next = 0;
    const write = async () => {
      while (Date.now() < until) {
        next += 1;
        const response = await fetch(`${server.url}/projects`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', 'idempotency-key': `key-${next}` },
          body: JSON.stringify({ name: `project ${next}` }),
        });
        await response.arrayBuffer();
        statuses.set(response.status, (statuses.get(response.status) ?? 0) + 1);
      }
    };
    const terminate = async () => {
      while (Date.now() < until) {
        await admin.query(
          `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()`,
        );
        await new Promise((done) => setTimeout(done, 60));
      }
    };
    await Promise.all([terminate(), ...Array.from({ length: 25 }, write)]);
    const rows = await admin.query('SELECT 1 FROM projects GROUP BY name HAVING count(*) > 1');
    await admin.end();
    expect(rows.rows).toEqual([]);
    expect([...statuses.keys()].sort()).toEqual([201, 503]);
    expect(statuses.get(201)).toBeGreaterThan(100);
    expect(statuses.get(503)).toBeGreaterThan(10);
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
    expect(await stop(server)).toBe(0);
  });
});
