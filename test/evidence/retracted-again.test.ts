import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { junit } from '../support/documents.js';
import { retract, rowCounts, type UploadOptions, upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';
import { denials, guard, verdictOf, XML } from '../support/verdicts.js';

const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });
let release: string;
let pipeline: Holder;
let lead: Holder;
beforeEach(async () => {
  release = (await createRelease(open.app)).id;
  pipeline = await giveToken({ subject: 'ci', scopes: ['evidence:write'] });
  lead = await giveToken({ subject: 'lead', scopes: ['evidence:write', 'evidence:retract'] });
});

const passed = junit('passed');
const send = ({ headers }: Holder, document: unknown = passed, options: UploadOptions = {}) =>
  upload(context.app, release, document, { ...XML, label: 'unit', headers, ...options });

/** Uploads the report as the pipeline, and retracts it as the lead. */
async function retracted(options: UploadOptions = {}): Promise<string> {
  const { headers } = pipeline;
  const all = { ...XML, label: 'unit', headers, ...options };
  const { id } = await uploaded(context.app, release, passed, all);
  expect((await retract(context.app, id, 'Wrong suite', lead.headers)).statusCode).toBe(200);
  return id;
}

describe('a document that was retracted', () => {
  it('is refused when the pipeline sends it again, and does not count', async () => {
    const environment = await guard(open.app, [{ rule: 'tests-passed', mode: 'block' }]);
    const id = await retracted();
    const before = await rowCounts();
    const { detail } = expectProblem(await send(pipeline), 409, 'evidence-retracted');
    expect(detail).toContain(`evidence ${id}`);
    expect(detail).toContain('evidence:retract');
    expect(await rowCounts()).toEqual(before);
    const verdict = await verdictOf(open.app, release, { environment });
    expect(denials(verdict).join()).toContain('No test report counts');
  });

  it('is refused without a label, too', async () => {
    const { headers } = pipeline;
    const { id } = await uploaded(context.app, release, passed, { ...XML, headers });
    await retract(context.app, id, 'Wrong suite', lead.headers);
    const again = await upload(context.app, release, passed, { ...XML, headers });
    expectProblem(again, 409, 'evidence-retracted');
  });

  it('counts after a caller with evidence:retract uploads it, also for the pipeline', async () => {
    await retracted();
    const restored = await send(lead);
    expect(restored.statusCode, restored.body).toBe(201);
    const again = await send(pipeline);
    expect([again.statusCode, again.json().id]).toEqual([200, restored.json().id]);
    expect((await retract(context.app, restored.json().id, 'Wrong', lead.headers)).statusCode).toBe(
      200,
    );
    expectProblem(await send(pipeline), 409, 'evidence-retracted');
  });

  it('needs evidence:retract for this project', async () => {
    await retracted();
    const scopes = ['evidence:write', 'evidence:retract'] as const;
    const other = await createRelease(open.app);
    expect(other.projectId).toBe(2);
    // A bound caller of another project does not find the release.
    const bound = await giveToken({ subject: 'other lead', scopes, projects: [2] });
    expectProblem(await send(bound), 404, 'release-not-found');
    const own = await giveToken({ subject: 'own lead', scopes, projects: [1] });
    expect((await send(own)).statusCode).toBe(201);
  });

  it('is accepted with another label, in another release, and with other bytes', async () => {
    await retracted();
    expect((await send(pipeline, passed, { label: 'other' })).statusCode).toBe(201);
    expect((await send(pipeline, junit('passed', 'passed'))).statusCode).toBe(201);
    release = (await createRelease(open.app, { projectId: 1, version: '2.0.0' })).id;
    expect((await send(pipeline)).statusCode).toBe(201);
  });
});
