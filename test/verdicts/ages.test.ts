import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { grype, npmAudit, trivy } from '../support/documents.js';
import { upload, uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { ageDocuments, ageEvidence, guard, resultOf, verdictOf } from '../support/verdicts.js';
import { inDays } from '../support/waivers.js';

/** How old evidence is: by the time of its tool, and by that of the tool's database. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});

const send = (document: unknown) => uploaded(context.app, release, document);
const judged = () => resultOf(context.app, release);
const rule = (limits: object) =>
  guard(context.app, [{ rule: 'evidence-required', shows: 'vulnerability', ...limits }]);
const at = (days: number) => ({ ...trivy(), CreatedAt: inDays(-days) });
const withDatabase = (days?: number) => ({
  ...grype(),
  descriptor: {
    name: 'grype',
    db: days === undefined ? { valid: true } : { built: inDays(-days) },
  },
});
const AGAIN = 'Run the tool again and upload the report: POST /releases/{id}/evidence';

describe('maximumAgeDays', () => {
  it('counts from the time of the tool, and not from the upload', async () => {
    await rule({ maximumAgeDays: 7 });
    const { id } = await send(at(8));
    expect(await judged()).toMatchObject({
      status: 'not-evidenced',
      denies: true,
      message: `The vulnerability scan for this release is older than 7 days. ${AGAIN}`,
      evidence: [id],
    });
    const fresh = await send(at(6));
    expect(await judged()).toMatchObject({ status: 'pass', evidence: [fresh.id] });
  });

  it('does not begin again when the same bytes are uploaded again', async () => {
    await rule({ maximumAgeDays: 7 });
    const document = at(6);
    await send(document);
    expect((await judged()).denies).toBe(false);
    const old = at(8);
    await send(old);
    expect((await upload(context.app, release, old)).statusCode).toBe(200);
    expect((await judged()).evidence).toHaveLength(1);
  });

  it('counts from the upload without a time in the document, and the verdict warns', async () => {
    await rule({ maximumAgeDays: 7 });
    await send(trivy());
    expect(await judged()).toMatchObject({
      denies: false,
      message: expect.stringContaining('Warning: trivy does not say when its tool ran'),
    });
    await ageEvidence(8);
    expect((await judged()).denies).toBe(true);
  });

  it('counts from the first upload of the same bytes, also for a newer release', async () => {
    await rule({ maximumAgeDays: 7 });
    await send(npmAudit());
    await ageDocuments(8);
    release = (await createRelease(context.app, { projectId: 1, version: '2.0.0' })).id;
    await send(npmAudit());
    expect(await judged()).toMatchObject({
      denies: true,
      message: expect.stringMatching(
        /npm-audit does not say when its tool ran, and the same bytes stay as old as their first upload.*unknownAge: last-upload/,
      ),
    });
    await send(at(1));
    expect((await judged()).denies).toBe(false);
  });

  it('counts from the last upload if the rule says so', async () => {
    await rule({ maximumAgeDays: 7, unknownAge: 'last-upload' });
    await send(npmAudit());
    await ageDocuments(8);
    expect(await judged()).toMatchObject({
      denies: false,
      message: expect.stringContaining('so its age counts from its last upload'),
    });
    await ageEvidence(8);
    expect(await judged()).toMatchObject({
      denies: true,
      message: expect.stringContaining('Run the tool again and upload the report'),
    });
    await upload(context.app, release, npmAudit());
    expect((await judged()).denies).toBe(false);
  });

  it('is not that of other projects', async () => {
    await rule({ maximumAgeDays: 7 });
    await send(npmAudit());
    await ageDocuments(8);
    release = (await createRelease(context.app)).id;
    await send(npmAudit());
    expect((await judged()).denies).toBe(false);
  });

  it('is unknown without a time in the document, and denies if the rule says so', async () => {
    await rule({ maximumAgeDays: 7, unknownAge: 'deny' });
    await send(trivy());
    expect(await judged()).toMatchObject({
      denies: true,
      message: expect.stringContaining('trivy does not say when its tool ran. Upload a report'),
    });
    await send(at(6));
    expect((await judged()).denies).toBe(false);
  });

  it('is at least that of the last upload, whatever the document says', async () => {
    await rule({ maximumAgeDays: 7 });
    await send(at(-1 / 24)); // clocks of build machines may be ahead
    expect((await judged()).denies).toBe(false);
    await ageEvidence(8);
    expect((await judged()).denies).toBe(true);
  });
});

describe('maximumDatabaseAgeDays', () => {
  const OLD = 'was made with a database that is older than 5 days or of unknown age';
  const UNKNOWN =
    'The age of the database is not known from grype. Upload a report that tells it, such as the JSON of a current Grype: POST /releases/{id}/evidence';

  it.each<[string, number | undefined, string | undefined]>([
    ['younger', 4, undefined],
    ['older', 6, AGAIN],
    ['of unknown age', undefined, UNKNOWN],
  ])('asks whether the database is %s', async (_case, days, advice) => {
    await rule({ maximumDatabaseAgeDays: 5 });
    await send(withDatabase(days));
    const result = await judged();
    expect(result.denies).toBe(advice !== undefined);
    if (advice)
      expect(result.message).toBe(`The vulnerability scan for this release ${OLD}. ${advice}`);
  });

  it('denies a tool that does not say it, and takes another one', async () => {
    await rule({ maximumDatabaseAgeDays: 5 });
    await send(at(0));
    expect((await judged()).status).toBe('not-evidenced');
    const { id } = await send(withDatabase(1));
    expect(await judged()).toMatchObject({ status: 'pass', evidence: [id] });
  });

  it('names both limits', async () => {
    await rule({ maximumAgeDays: 1, maximumDatabaseAgeDays: 5 });
    await send(withDatabase(6));
    expect((await judged()).message).toContain(
      `The vulnerability scan for this release is older than 1 day, or ${OLD}. Run the tool again`,
    );
  });
});

describe('the verdict', () => {
  it('changes when a limit is passed, and not before', async () => {
    await rule({ maximumDatabaseAgeDays: 5, maximumAgeDays: 3 });
    await send({ ...withDatabase(1) });
    const ask = () => verdictOf(context.app, release, { environment: 'gate' });
    const first = await ask();
    await ageEvidence(2);
    expect((await ask()).id).toBe(first.id);
    await ageEvidence(2);
    const last = await ask();
    expect([first.decision, last.decision]).toEqual(['allow', 'deny']);
    expect(last.inputsHash).not.toBe(first.inputsHash);
  });
});
