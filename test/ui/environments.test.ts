import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { hoursFromNow, stopped, windowOf } from '../support/line.js';
import { createRelease } from '../support/releases.js';
import { createProject } from '../support/requests.js';
import { expectPage, fieldOf, HOSTILE, textOf, visitor } from '../support/ui.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
const PAGE = '/ui/environments/production';

async function runningRelease(name = 'payments') {
  const { id: projectId } = await createProject(context.app, { name });
  const release = await createRelease(context.app, { projectId, version: '1.4.0' });
  await deployed(context.app, release.id);
  return { projectId, release };
}

describe('/ui/environments', () => {
  it('says that nothing runs', async () => {
    const page = textOf(await (await visitor(guarded.app)).open('/ui/environments'));
    expect(page).toContain('production');
    expect(page).toContain('staging');
    expect(page).toContain('No deployment is recorded here');
  });

  it('says what runs, and shows in red what nothing authorized', async () => {
    const { release } = await runningRelease();
    const page = await (await visitor(guarded.app)).open('/ui/environments');
    expect(textOf(page)).toContain('payments 1.4.0');
    expect(page).toContain(`href="/ui/releases/${release.id}?environment=production"`);
    expect(page).toMatch(/<tr class="alarming">.*Unauthorized/);
  });

  it('hides what a caller may not see', async () => {
    const { projectId } = await runningRelease();
    const other = await createProject(context.app, { name: 'other' });
    const bound = await visitor(guarded.app, { projects: [other.id] });
    expect(await bound.open('/ui/environments')).not.toContain('1.4.0');
    const reader = await visitor(guarded.app, { scopes: ['environments:read'] });
    const page = textOf(await reader.open('/ui/environments'));
    expect(page).not.toContain('1.4.0');
    expect(page).toContain('It needs the scope deployments:read');
    const unnamed = await visitor(guarded.app, {
      scopes: ['environments:read', 'deployments:read'],
    });
    const without = textOf(await unnamed.open('/ui/environments'));
    expect(without).toContain(`Project ${projectId} 1.4.0`);
    expect(without).not.toContain('payments');
  });

  it('has pages', async () => {
    await sql(`INSERT INTO environments (name, rank, policies, created_by, updated_by)
               SELECT 'env-' || lpad(n::text, 2, '0'), 1, '[{"name":"baseline"}]', 'x', 'x'
                 FROM generate_series(1, 13) n`);
    const alice = await visitor(guarded.app);
    const page = await alice.open('/ui/environments');
    expect(page).not.toContain('env-13');
    const [, next = ''] = /href="(\/ui\/environments\?after=[^"]+)"/.exec(page) ?? [];
    expect(await alice.open(next)).toContain('env-13');
  });
});

describe('/ui/environments/{name}', () => {
  it('shows a freeze and until when, and deployments with their chart', async () => {
    await runningRelease();
    await windowOf(context.app, { reason: HOSTILE });
    await windowOf(context.app, { from: hoursFromNow(5), to: hoursFromNow(6), reason: 'Later' });
    const alice = await visitor(guarded.app);
    const page = await alice.open(PAGE);
    expect(textOf(page)).toMatch(/production Frozen until \d{4}-/);
    expect(page).toMatch(/<rect class="bar bad"[^>]* height="52"/);
    expect(textOf(page)).toContain('1 deployment in 13 weeks, 1 without');
    expect(textOf(page)).toContain('Later');
  });

  it('escapes names, reasons and people', async () => {
    await runningRelease(HOSTILE);
    await stopped(context.app, { reason: HOSTILE });
    const alice = await visitor(guarded.app, { subject: HOSTILE });
    await alice.send(PAGE, `${PAGE}/stop`, { reason: HOSTILE });
    for (const url of [PAGE, '/ui/environments']) {
      expect(textOf(await alice.open(url))).toContain(HOSTILE);
    }
  });

  it('stops the line once, and resumes it', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const form = { reason: 'Payments fail' };
    for (const _twice of [1, 2]) {
      const response = await alice.send(PAGE, `${PAGE}/stop`, form);
      expect(response.headers.location).toBe(`${PAGE}?done=stopped`);
    }
    const stops = await sql('SELECT reason, rollbacks, created_by FROM environment_stops');
    expect(stops).toEqual([{ reason: 'Payments fail', rollbacks: false, created_by: 'alice' }]);
    const page = await alice.open(`${PAGE}?done=stopped`);
    expect(textOf(page)).toContain('The line is stopped.');
    const [, stop = ''] = /name="stop" value="([^"]+)"/.exec(page) ?? [];
    for (const _twice of [1, 2]) {
      const response = await alice.send(PAGE, `${PAGE}/resume`, { stop, reason: 'It works' });
      expect(response.headers.location).toBe(`${PAGE}?done=resumed`);
    }
    expect(textOf(await alice.open(PAGE))).toContain('Nobody stopped it');
  });

  it('stops it once for forms at the same moment, and again for another choice', async () => {
    const alice = await visitor(guarded.app, { subject: 'alice' });
    const antiForgery = fieldOf(await alice.open(PAGE), 'antiForgery');
    const form = { antiForgery, reason: ' Payments fail ', rollbacks: 'yes' };
    await Promise.all([1, 2, 3, 4].map(() => alice.post(`${PAGE}/stop`, form)));
    const stops = () => sql('SELECT reason, rollbacks FROM environment_stops ORDER BY id');
    expect(await stops()).toEqual([{ reason: 'Payments fail', rollbacks: true }]);
    await alice.post(`${PAGE}/stop`, { antiForgery, reason: 'Payments fail' });
    expect((await stops()).map(({ rollbacks }) => rollbacks)).toEqual([true, false]);
  });

  it('400: a reason that is not valid is kept', async () => {
    const alice = await visitor(guarded.app);
    const reason = `${'x'.repeat(501)}`;
    const response = await alice.send(PAGE, `${PAGE}/stop`, { reason });
    const page = textOf(expectPage(response, 400));
    expect(page).toContain(reason);
    expect(page).toContain('reason must be one line of 1 to 500 characters');
  });

  it('has no forms for who may not send them', async () => {
    const reader = await visitor(guarded.app, { scopes: ['environments:read'] });
    const page = await reader.open(PAGE);
    expect(page).not.toContain('/stop"');
    const response = await reader.send(PAGE, `${PAGE}/stop`, { reason: 'x' });
    expect(textOf(expectPage(response, 403))).toContain('environments:stop');
    const stopper = await visitor(guarded.app, { person: false });
    await stopper.send(PAGE, `${PAGE}/stop`, { reason: 'x' });
    expect(await stopper.open(PAGE)).not.toContain('/resume"');
    const resumed = await stopper.send(PAGE, `${PAGE}/resume`, { reason: 'x' });
    expectPage(resumed, 409);
  });

  it('stops the projects of who is bound to them, and resumes these alone', async () => {
    const { id } = await createProject(context.app, { name: 'ledger' });
    await stopped(context.app, { reason: 'All of it' });
    const bound = await visitor(guarded.app, { subject: 'bob', projects: [id] });
    expect(textOf(await bound.open(PAGE))).toContain('It stops your projects alone: ledger .');
    for (const _twice of [1, 2]) {
      const { statusCode } = await bound.send(PAGE, `${PAGE}/stop`, { reason: 'Ledger fails' });
      expect(statusCode).toBe(303);
    }
    const stops = await sql(
      `SELECT id, every_project AS every, project_ids AS projects FROM environment_stops
        WHERE created_by = 'bob'`,
    );
    expect(stops).toEqual([{ id: expect.any(String), every: false, projects: [id] }]);
    const page = await bound.open(PAGE);
    expect(page).toContain('All of it');
    expect(page.match(/name="stop" value="[^"]+"/g)).toEqual([
      `name="stop" value="${stops[0]?.id}"`,
    ]);
  });

  it('does not show unknown words in its address', async () => {
    const alice = await visitor(guarded.app);
    for (const done of ['constructor', 'toString', '%3Cb%3E']) {
      expect(await alice.open(`${PAGE}?done=${done}`)).not.toContain('role="status"');
    }
  });
});
