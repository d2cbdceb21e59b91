import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { grypeIgnoring, sarif, trivy, vex } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';

/** A pipeline cannot suppress its own findings: claims take effect only with `vex:write`. */

const context = useApp({ AUTH_MODE: 'token' });
let admin: Holder;
let pipeline: Holder;
let release: string;
useRows(async () => {
  admin = await giveToken();
  pipeline = await giveToken({ scopes: ['evidence:write', 'evidence:read'] });
  const { headers } = admin;
  const payload = { name: 'Any' };
  await context.app.inject({ method: 'POST', url: '/projects', headers, payload });
  release = (await createRelease(context.app, { projectId: 1, headers })).id;
});
const send = ({ headers }: Holder, document: unknown) =>
  uploaded(context.app, release, document, { headers });
const get = async (path: string) =>
  (
    await context.app.inject({ url: `/releases/${release}${path}`, headers: pipeline.headers })
  ).json();

describe('a claim from a caller without vex:write', () => {
  it.each([
    ['in VEX', [trivy({}), vex({})]],
    ['in a report that ignores a match', [grypeIgnoring({ id: 'CVE-2021-23337' })]],
    ['in source code', [sarif([{ suppressions: [{ kind: 'inSource' }] }])]],
  ])('is shown without effect: %s', async (_case, documents) => {
    for (const document of documents) await send(pipeline, document);
    expect(await get('/findings')).toMatchObject([
      { suppressed: false, claim: { absolves: true, applied: false } },
    ]);
    expect((await get('/summary')).findings).toMatchObject({ distinct: 1, suppressed: 0 });
    expect(await get('/findings?suppressed=true')).toEqual([]);
  });

  it('has lower priority than claims with effect, even if it is later', async () => {
    await send(pipeline, trivy({}));
    await send(admin, vex({ status: 'affected', at: '2026-01-01T00:00:00Z' }));
    await send(pipeline, vex({ at: '2026-01-02T00:00:00Z' }));
    expect(await get('/findings')).toMatchObject([
      { suppressed: false, claim: { status: 'affected', applied: true } },
    ]);
    const absolution = await send(admin, vex({ at: '2026-01-01T12:00:00Z' }));
    await send(pipeline, vex({ status: 'affected', at: '2026-01-03T00:00:00Z' }));
    expect(await get('/findings')).toMatchObject([
      { suppressed: true, claim: { applied: true, evidenceId: absolution.id } },
    ]);
  });

  it('takes effect if a caller with vex:write uploads the same document', async () => {
    await send(pipeline, trivy({}));
    await send(pipeline, vex({}));
    const { id } = await send(admin, vex({}));
    expect(await get('/findings')).toMatchObject([
      { suppressed: true, claim: { applied: true, evidenceId: id } },
    ]);
  });
});
