import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

const context = useApp({ MAX_EVENT_LOOP_DELAY_MS: '50' });

/** Keeps the processor busy until it is stopped. */
function keepBusy(): () => void {
  let busy = true;
  const turn = () => {
    const until = performance.now() + 150;
    while (performance.now() < until);
    if (busy) setTimeout(turn);
  };
  setTimeout(turn);
  const stop = () => {
    busy = false;
  };
  onTestFinished(stop);
  return stop;
}

/** What is measured in the first 2 s of a server does not count. */
function skipStart(): void {
  const now = performance.now.bind(performance);
  const spy = vi.spyOn(performance, 'now').mockImplementation(() => now() + 2001);
  onTestFinished(() => spy.mockRestore());
}

describe('an overloaded server', () => {
  it('answers 503 except to probes and metrics, and 200 again afterwards', async () => {
    const { app } = context;
    const status = async () => (await app.inject('/projects')).statusCode;
    skipStart();
    await expect.poll(status).toBe(200);
    const stop = keepBusy();
    await expect.poll(status).toBe(503);
    const create = { method: 'POST', url: '/projects', payload: { name: 'A' } } as const;
    const response = await app.inject(create);
    expectProblem(response, 503, 'overloaded');
    expect(response.headers['retry-after']).toBe('5');
    for (const url of ['/health', '/health/ready', '/metrics']) {
      expect((await app.inject(url)).statusCode, url).toBe(200);
    }
    expect(await status()).toBe(503); // still
    stop();
    await expect.poll(status).toBe(200);
    expect(await sql('SELECT FROM projects')).toEqual([]);
    expect((await app.inject(create)).statusCode).toBe(201);
  });
});
