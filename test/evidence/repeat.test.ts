import { gzipSync } from 'node:zlib';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken } from '../support/callers.js';
import { holdTransaction, sql, untilWaiting } from '../support/database.js';
import { sarif, trivy, vex } from '../support/documents.js';
import { retract, rowCounts, type UploadOptions, upload, uploaded } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { expectProblem } from '../support/requests.js';

const context = useApp();
const guarded = useApp({ AUTH_MODE: 'token' });
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
const send = (document: unknown, options?: UploadOptions) =>
  upload(context.app, release, document, options);

/** Moves the evidence into the past. */
const age = (id: string) =>
  sql(
    `BEGIN; SET LOCAL session_replication_role = replica;
     UPDATE evidence SET created_at = now() - interval '2 days',
            last_received_at = now() - interval '1 day' WHERE id = '${id}'; COMMIT`,
  );

describe('uploading the same document again', () => {
  it.each([{}, { label: 'image' }])(
    'answers 200 with the existing evidence: %j',
    async (options) => {
      const { id } = await uploaded(context.app, release, trivy({}), options);
      await age(id);
      const first = (await context.app.inject(`/evidence/${id}`)).json();
      const before = await rowCounts();
      const response = await send(trivy({}), options);
      expect(response.statusCode).toBe(200);
      expect(response.headers.location).toBe(`/evidence/${id}`);
      const again = response.json();
      const now = { ...first, lastReceivedAt: again.lastReceivedAt };
      expect(again).toEqual({ ...now, supersedes: [], warnings: [] });
      expect(Date.parse(again.lastReceivedAt)).toBeGreaterThan(Date.now() - 60_000);
      expect(await rowCounts()).toEqual(before);
      expect((await context.app.inject(`/evidence/${id}`)).json()).toEqual(now);
    },
  );

  it('answers 200 for another compression or media type', async () => {
    const first = await uploaded(context.app, release, trivy({}));
    const packed = gzipSync(JSON.stringify(trivy({})));
    const again = await send(packed, {
      headers: { 'content-encoding': 'gzip' },
      type: 'text/json',
      kind: 'trivy',
    });
    expect(again.statusCode).toBe(200);
    expect(again.json()).toMatchObject({ id: first.id, mediaType: 'application/json' });
  });

  it('answers 200 for a document with masked secrets', async () => {
    const secret = { RuleID: 'a', Severity: 'HIGH', Match: 'key=hunter2hunter2' };
    const report = { ...trivy(), Results: [{ Target: 'a', Secrets: [secret] }] };
    const first = await uploaded(context.app, release, report);
    expect((await send(report)).json()).toMatchObject({ id: first.id });
    expect(await rowCounts()).toMatchObject({ evidence: 1, documents: 1 });
  });

  it('answers 201 for another label, artifact or release', async () => {
    const other = await createRelease(context.app, { projectId: 1, version: '2.0.0' });
    const artifacts = [
      await addArtifact(context.app, release),
      await addArtifact(context.app, release, { sha256: digest(2) }),
    ];
    const ids = new Set<string>();
    for (const artifact of [undefined, ...artifacts])
      for (const label of [undefined, 'a', 'b']) {
        const options = { ...(artifact && { artifact }), ...(label && { label }) };
        ids.add((await uploaded(context.app, release, trivy({}), options)).id);
      }
    ids.add((await uploaded(context.app, other.id, trivy({}))).id);
    expect(ids.size).toBe(10);
    expect(await rowCounts()).toMatchObject({
      evidence: 10,
      documents: 1,
      document_chunks: 1,
      findings: 10,
    });
    const superseded = await sql('SELECT 1 FROM evidence WHERE superseded_at IS NOT NULL');
    expect(superseded).toHaveLength(0);
  });

  it('answers 201 in another project, with a separate copy of the document', async () => {
    const other = await createRelease(context.app);
    await uploaded(context.app, release, trivy({}));
    await uploaded(context.app, other.id, trivy({}));
    expect(await rowCounts()).toMatchObject({ evidence: 2, documents: 2 });
  });

  it('answers 201 if the evidence was retracted or superseded', async () => {
    const first = await uploaded(context.app, release, trivy({}), { label: 'a' });
    await retract(context.app, first.id);
    const second = await uploaded(context.app, release, trivy({}), { label: 'a' });
    await uploaded(context.app, release, trivy({}, {}), { label: 'a' });
    const third = await uploaded(context.app, release, trivy({}), { label: 'a' });
    expect(new Set([first.id, second.id, third.id]).size).toBe(3);
    expect(await rowCounts()).toMatchObject({ evidence: 4, documents: 2 });
  });

  it('answers 201 if the evidence is retracted at the same time', async () => {
    const first = await uploaded(context.app, release, trivy({}));
    const endRetraction = await holdTransaction(
      `UPDATE evidence SET retracted_at = now(), retracted_by = 'a', retract_reason = 'b'`,
    );
    const again = uploaded(context.app, release, trivy({}));
    await untilWaiting(1);
    await endRetraction('COMMIT');
    const second = await again;
    expect(second.id).not.toBe(first.id);
  });

  it('answers 201 once and 200 otherwise for concurrent uploads', async () => {
    // UUIDs are case-insensitive.
    const ids = Array.from({ length: 10 }, (_, i) => (i % 2 ? release : release.toUpperCase()));
    const answers = await Promise.all(ids.map((id) => upload(context.app, id, trivy({}))));
    const statuses = answers.map(({ statusCode }) => statusCode).sort();
    expect(statuses).toEqual([...Array.from({ length: 9 }, () => 200), 201]);
    expect(new Set(answers.map((answer) => answer.json().id)).size).toBe(1);
    expect(await rowCounts()).toMatchObject({ evidence: 1, documents: 1, findings: 1 });
  });
});

describe('an Idempotency-Key', () => {
  const headers = { 'idempotency-key': 'one' };

  it('returns the first answer again, byte for byte, for 201 and 200', async () => {
    const first = await send(trivy({}), { headers });
    const replayed = await send(trivy({}), { headers });
    expect([first.statusCode, replayed.statusCode]).toEqual([201, 201]);
    expect(replayed.body).toBe(first.body);
    expect(replayed.headers).toMatchObject({
      'idempotency-replayed': 'true',
      location: first.headers.location,
    });
    const second = await send(trivy({}), { headers: { 'idempotency-key': 'two' } });
    expect(second.statusCode).toBe(200);
    expect(second.headers).not.toHaveProperty('idempotency-replayed');
    await retract(context.app, first.json().id);
    const again = await send(trivy({}), { headers: { 'idempotency-key': 'two' } });
    expect(again.statusCode).toBe(200);
    expect(again.body).toBe(second.body);
    expect(again.headers['idempotency-replayed']).toBe('true');
    expect(await rowCounts()).toMatchObject({ evidence: 1 });
  });

  it('is refused with 422 for another document or query', async () => {
    await send(trivy({}), { headers });
    expectProblem(await send(trivy({}, {}), { headers }), 422, 'idempotency-key-reused');
    expectProblem(await send(trivy({}), { headers, label: 'a' }), 422, 'idempotency-key-reused');
    expect(await rowCounts()).toMatchObject({ evidence: 1 });
  });

  it('can be used again after a refused document', async () => {
    expectProblem(await send({}, { headers }), 422, 'document-unrecognized');
    expect((await send(trivy({}), { headers })).statusCode).toBe(201);
  });

  it('stores one document for concurrent uploads', async () => {
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => send(trivy({}), { headers, label: 'a' })),
    );
    for (const { statusCode, body } of answers) expect(statusCode, body).toBe(201);
    expect(new Set(answers.map(({ body }) => body)).size).toBe(1);
    expect(await rowCounts()).toMatchObject({ evidence: 1, findings: 1 });
  });
});

describe('the same document from callers with and without vex:write', () => {
  it.each([
    ['VEX is stored as separate evidence', vex({})],
    [
      'a scan with suppressions is stored as separate evidence',
      sarif([{ suppressions: [{ kind: 'inSource' }] }]),
    ],
    ['so is a scan without claims', sarif([{}])],
  ])('%s', async (_case, document) => {
    const write = ['evidence:write'] as const;
    const without = await giveToken({ scopes: write });
    const with_ = await giveToken({ scopes: [...write, 'vex:write'] });
    const answers = [];
    for (const { headers } of [without, with_, without, with_])
      answers.push(await upload(guarded.app, release, document, { headers }));
    const [first, second, third, fourth] = answers.map((answer) => answer.json());
    expect([first.mayAbsolve, second.mayAbsolve]).toEqual([false, true]);
    expect(first.id).not.toBe(second.id);
    expect([third.id, fourth.id]).toEqual([first.id, second.id]);
    expect(await rowCounts()).toMatchObject({ evidence: 2, documents: 1 });
  });
});
