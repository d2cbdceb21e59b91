import { describe, expect, it } from 'vitest';
import { useOwnApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { createProject } from '../support/requests.js';

const context = useOwnApp();
const guarded = useOwnApp({ AUTH_MODE: 'token' });
const shown = useOwnApp({ AUTH_MODE: 'token', METRICS_PUBLIC: 'true' });

async function series(name: string): Promise<string[]> {
  const { body } = await context.app.inject('/metrics');
  return body.split('\n').filter((line) => line.startsWith(name));
}

describe('/metrics', () => {
  it('is in the text format of Prometheus', async () => {
    const response = await context.app.inject('/metrics');
    expect(response.statusCode).toBe(200);
    expect(response.headers['content-type']).toBe('text/plain; version=0.0.4; charset=utf-8');
    for (const line of response.body.trim().split('\n')) {
      expect(line).toMatch(
        /^(|# (HELP|TYPE) \w+ .+|\w+(\{.*\})? [-+.\deE]+(Nan|Inf)?|\w+(\{.*\})? Nan)$/,
      );
    }
  });

  it('counts requests by method, route pattern and status, and their duration', async () => {
    await createProject(context.app);
    await context.app.inject('/projects/1');
    await context.app.inject('/projects/2');
    await context.app.inject('/projects/3');
    const count = (labels: string) =>
      series(`http_request_duration_seconds_count{${labels}}`).then(([line]) =>
        Number(line?.split(' ').at(-1)),
      );
    expect(await count('method="GET",route="/projects/:id",status="200"')).toBe(1);
    expect(await count('method="GET",route="/projects/:id",status="404"')).toBe(2);
    expect(await count('method="POST",route="/projects",status="201"')).toBe(1);
  });

  it('has the pool, the event loop and the build', async () => {
    expect(await series('srp_database_connections_max ')).toEqual([
      'srp_database_connections_max 4',
    ]);
    // A job can have the only connection that is open.
    const idle = async () =>
      Number((await series('srp_database_connections_idle '))[0]?.split(' ')[1]);
    await expect.poll(idle, { timeout: 10_000 }).toBeGreaterThan(0);
    expect(await series('srp_database_connections_in_use ')).toHaveLength(1);
    expect(await series('srp_database_requests_waiting ')).toHaveLength(1);
    expect(await series('nodejs_eventloop_lag_seconds ')).toHaveLength(1);
    const [build] = await series('srp_build_info{');
    expect(build).toMatch(/^srp_build_info\{version="1\.2\.3",commit="0123.*"\} 1$/);
  });

  it('counts runs of jobs by outcome, and has the time of the last success', async () => {
    const name = 'cleaning';
    context.app.observeJob({ name, outcome: 'failed', seconds: 0.5 });
    context.app.observeJob({ name, outcome: 'skipped', seconds: 0.5 });
    expect(await series('srp_job_last_success_timestamp_seconds{')).toEqual([]);
    context.app.observeJob({ name, outcome: 'succeeded', seconds: 0.5 });
    expect(await series('srp_job_runs_total')).toEqual([
      'srp_job_runs_total{name="cleaning",outcome="failed"} 1',
      'srp_job_runs_total{name="cleaning",outcome="skipped"} 1',
      'srp_job_runs_total{name="cleaning",outcome="succeeded"} 1',
    ]);
    expect(await series('srp_job_duration_seconds_count')).toEqual([
      'srp_job_duration_seconds_count{name="cleaning"} 2',
    ]);
    const [last] = await series('srp_job_last_success_timestamp_seconds{');
    expect(Number(last?.split(' ')[1])).toBeGreaterThan(1.7e9);
  });

  it('does not grow under a scan of random paths and methods', async () => {
    const scan = async () => {
      for (let i = 0; i < 200; i += 1) {
        const url = `/${Math.random().toString(36).slice(2)}/${i}`;
        for (const method of ['GET', 'POST', 'PUT', 'TRACE'] as const) {
          await context.app.inject({ method, url });
        }
        await context.app.inject(`/projects/${1000 + i}`);
        await context.app.inject(`/docs/static/${i}`);
      }
      return (await series('http_request_duration_seconds_count')).length;
    };
    const first = await scan();
    expect(await scan()).toBe(first);
    expect(first).toBeLessThan(20);
    expect((await series('http_request_duration_seconds_count')).join()).toContain(
      'route="unmatched"',
    );
  });
});

describe('who may read /metrics', () => {
  it('needs metrics:read, or no token with METRICS_PUBLIC=true', async () => {
    const { headers } = await giveToken({ scopes: ['metrics:read'] });
    expect((await guarded.app.inject('/metrics')).statusCode).toBe(401);
    expect((await guarded.app.inject({ url: '/metrics', headers })).statusCode).toBe(200);
    expect((await shown.app.inject('/metrics')).statusCode).toBe(200);
  });
});
