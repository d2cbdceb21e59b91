import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/config.js';
import { type Database, openDatabase } from '../../src/database/client.js';
import { readingAgain } from '../../src/features/evidence/read-again.js';
import { reader, useApp } from '../support/app.js';
import { serverDatabaseUrl, sql } from '../support/database.js';
import { leak, trivy, vex } from '../support/documents.js';
import { retract, type UploadOptions, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { denials, evidenceOfAll, verdictOf } from '../support/verdicts.js';

const context = useApp();
let database: Database;
beforeAll(() => {
  database = openDatabase(serverDatabaseUrl(), loadConfig({}));
});
afterAll(() => database.close());
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown, options?: UploadOptions) =>
  uploaded(context.app, release, document, options);
const get = async (id: string) => (await context.app.inject(`/evidence/${id}`)).json();

let lines: [details: object, message: string][] = [];
beforeEach(() => {
  lines = [];
});
const line = (details: object, message: string) => void lines.push([details, message]);
const log = { info: line, warn: line, error: line, child: () => log };
/** With the threads that the application uses. They are not closed. */
const job = readingAgain(() => ({ open: reader.open, close: async () => {} }));
const run = (signal = new AbortController().signal) => job.run({ database, log, signal });

/** Takes the coverage out of all summaries, as the evidence of an earlier version has none. */
const asBefore = () =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE evidence SET summary = summary - 'coverage' - 'targets',
                           last_received_at = last_received_at - interval '3 days'; COMMIT`);

const current = () =>
  sql<{ id: string; kind: string }>(
    `SELECT id, kind FROM evidence WHERE superseded_at IS NULL AND retracted_at IS NULL ORDER BY id`,
  );

describe('evidence from before coverage was stored', () => {
  it('denies, and the denial says why', async () => {
    await evidenceOfAll(context.app, release);
    expect((await verdictOf(context.app, release)).decision).toBe('allow');
    await asBefore();
    const verdict = await verdictOf(context.app, release);
    expect(verdict.decision).toBe('deny');
    expect(denials(verdict).join()).toContain('an earlier version of the server read it');
  });

  it('is read again as new evidence, with the old time of receipt', async () => {
    const { scan, secrets } = await evidenceOfAll(context.app, release);
    await asBefore();
    const before = await get(scan.id);
    expect(before.summary).toMatchObject({ shows: [], coverage: [{ ran: 'unknown' }] });
    expect(await run()).toBe('done');
    const old = await get(scan.id);
    expect(old.status).toBe('superseded');
    const again = await get(old.supersededBy);
    expect(again).toMatchObject({
      kind: 'trivy',
      label: 'scan',
      status: 'current',
      createdBy: before.createdBy,
      mayAbsolve: before.mayAbsolve,
      lastReceivedAt: before.lastReceivedAt,
      receivedSha256: before.receivedSha256,
      summary: { shows: ['vulnerability'] },
    });
    expect((await get(secrets.id)).status).toBe('superseded');
    expect((await verdictOf(context.app, release)).decision).toBe('allow');
  });

  it('gets an event for each, and is read once', async () => {
    await send(trivy({}), { label: 'a' });
    await send(trivy({ id: 'CVE-2026-1' }));
    await asBefore();
    await run();
    await run();
    const events = await sql<{ subject_id: string; data: string; actor: string }>(
      `SELECT subject_id, data, actor FROM events WHERE type = 'evidence.read-again'`,
    );
    expect(events.map(({ subject_id }) => subject_id).sort()).toEqual(
      (await current()).map(({ id }) => id),
    );
    expect(events.map(({ actor }) => actor)).toEqual(['server', 'server']);
  });

  it('keeps secrets masked, and the time of claims', async () => {
    await send([leak('hunter2-hunter2')], { kind: 'gitleaks' });
    await send(vex({}), {});
    await asBefore();
    await run();
    expect((await current()).map(({ kind }) => kind).sort()).toEqual(['gitleaks', 'openvex']);
    const [row] = await sql<{ late: boolean }>(
      `SELECT bool_or(c.stated_at > e.last_received_at) AS late
         FROM claims c JOIN evidence e ON e.id = c.evidence_id WHERE e.superseded_at IS NULL`,
    );
    expect(row?.late).toBe(false);
  });

  it('stays as it is if it was retracted, or if its document cannot be read', async () => {
    const gone = await send(trivy({}));
    await retract(context.app, gone.id);
    const strange = await send(trivy({ id: 'CVE-2026-2' }));
    await asBefore();
    await sql(`BEGIN; SET LOCAL session_replication_role = replica;
               UPDATE evidence SET kind = 'of-tomorrow' WHERE id = '${strange.id}'; COMMIT`);
    expect(await run()).toBe('done');
    const readings = await sql(`SELECT evidence_id, read_as FROM evidence_readings`);
    expect(readings).toEqual([{ evidence_id: strange.id, read_as: null }]);
    const reason = 'This version does not know the kind of-tomorrow';
    expect(lines.slice(1)).toEqual([
      [
        { evidence: strange.id, reason },
        'stored evidence cannot be read again: it does not count as a scan',
      ],
      [{ read: 0, refused: 1 }, 'read stored evidence again'],
    ]);
  });

  it('waits for the next run when the server stops', async () => {
    await send(trivy({}));
    await asBefore();
    expect(await run(AbortSignal.abort())).toBe('again');
    expect(await run()).toBe('done');
  });
});
