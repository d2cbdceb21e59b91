import { describe, expect, it } from 'vitest';
import { useOwnApp } from '../support/app.js';
import { acted, broken, REVIEW } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { deployed } from '../support/deployments.js';
import { tamper } from '../support/log.js';
import { createRelease } from '../support/releases.js';
import { faults, imported } from '../support/verify.js';

const own = useOwnApp({ AUTH_MODE: 'token' });

/** Notes of triggers about what does not count. They are found by what they follow from, and have no events. */
describe('npm run log -- verify, of notes beside records', () => {
  it('finds a deleted note that a review is by one of its people', async () => {
    const log = await imported();
    const { id: release } = await createRelease(log.app);
    const { id } = await broken(own.app, release);
    const { headers } = await giveToken({ subject: 'admin' });
    await acted(own.app, id, 'end', headers);
    const mallory = await giveToken({ subject: 'mallory', person: true });
    await acted(own.app, id, 'review', mallory.headers, REVIEW);
    const url = '/identities/alice/links';
    const payload = { alias: 'mallory' };
    const linked = await own.app.inject({ method: 'POST', url, headers, payload });
    expect(linked.statusCode, linked.body).toBe(201);
    await log.settle();
    expect(await sql('SELECT 1 FROM break_glass_own_reviews')).toHaveLength(1);
    expect(await faults(log)).toEqual([]);
    await tamper('DELETE FROM break_glass_own_reviews');
    expect(await faults(log)).toEqual([
      `break-glass ${id}: the kept note that its review does not count is not what the links say`,
    ]);
  });

  it('finds a deleted note that a deployment is in doubt', async () => {
    const log = await imported();
    const { app } = log;
    const [first, second] = [
      await createRelease(app),
      await createRelease(app, { projectId: 1, version: '2.0.0' }),
    ];
    expect((await deployed(app, first.id)).authorization).toBe('unauthorized');
    const payload = { name: 'new', rules: [{ rule: 'max-findings', onlyNew: true, mode: 'warn' }] };
    await app.inject({ method: 'POST', url: '/policies', payload });
    const policies = { policies: [{ name: 'new' }] };
    await app.inject({ method: 'PATCH', url: '/environments/production', payload: policies });
    const { id, judgedVerdictId } = await deployed(app, second.id);
    // The verdict is as earlier versions stored it: it does not say how what runs was authorized.
    await tamper(`UPDATE verdicts SET inputs = jsonb_set(inputs, '{running}', '{"version": "1.0.0"}')
                   WHERE id = '${judgedVerdictId}';
                  INSERT INTO deployment_doubts VALUES ('${id}')`);
    await log.settle();
    const note = `deployment ${id}: the kept note that its allow does not count is not what the records before it say`;
    expect(await faults(log)).not.toContain(note);
    await tamper('DELETE FROM deployment_doubts');
    expect(await faults(log)).toContain(note);
  });
});
