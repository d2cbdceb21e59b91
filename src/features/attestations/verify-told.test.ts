import { describe, expect, it } from 'vitest';
import { newPack } from './pack.support.js';
import {
  about,
  DEPLOYMENT,
  deployment,
  eventId,
  RELEASE,
  VERDICT,
  WAIVER,
  waiverSha256,
} from './pack-record.support.js';
import { keys, pack, useVerifier } from './verify.support.js';

const { verifyFiles } = useVerifier();

/** The event that an event was erased, as this version records it. */
const erasure = (index: number, type: string, subject: string, kept: object) => ({
  ...about('log.erased', 'log', keys.origin, {}, null),
  data: {
    ...{ event: eventId(index), origin: keys.origin, index, reasonSha256: 'a'.repeat(64) },
    ...{ type, subject, time: '2026-11-25T10:05:00.000Z', project: 1, kept },
  },
});

describe('verify.mjs, of erased events', () => {
  const WAIVER_FILE = `waivers/${WAIVER}.json`;

  it.each(['"reason":"Not reachable"', '"createdBy":"alice"', '"about":"finding"'])(
    'refuses a waiver with another %s: the erasure of its approval has the digest',
    async (member) => {
      const more = [erasure(4, 'waiver.approved', WAIVER, { sha256: waiverSha256 })];
      const { files } = await newPack(keys, { erased: 4, more });
      expect((await verifyFiles(files)).status).toBe(0);
      const text = files.get(WAIVER_FILE) ?? '';
      expect(text).toContain(member);
      const [name] = member.split(':');
      const changed = text.replace(member, `${name}:"Other"`);
      expect((await verifyFiles(new Map(files).set(WAIVER_FILE, changed))).status).toBe(1);
      const added = text.replace('{', '{"fingerprints":["0"],');
      expect((await verifyFiles(new Map(files).set(WAIVER_FILE, added))).status).toBe(1);
    },
  );

  it('refuses a waiver whose approval was taken out because another event was erased', async () => {
    const more = [erasure(1, 'release.created', RELEASE, { row: 'a'.repeat(64) })];
    const { files } = await newPack(keys, { erased: 1, more });
    const entries = (files.get('entries/000001.jsonl') ?? '').trimEnd().split('\n');
    const kept = entries.filter((line) => !line.includes('waiver.approved'));
    const { text } = await verifyFiles(
      new Map(files).set('entries/000001.jsonl', `${kept.join('\n')}\n`),
    );
    expect(text).toContain('the log has no entry about waiver');
  });

  it('names all that no digest covers, if an earlier version erased the approval', async () => {
    const { data, ...event } = erasure(4, '', '', {});
    const { event: id, origin, index } = data;
    const more = [{ ...event, data: { event: id, origin, index } }];
    const { text, status } = await verifyFiles((await newPack(keys, { erased: 4, more })).files);
    expect(text).toContain(
      `projectId, reason, createdAt, createdBy, approvedAt of waiver ${WAIVER}: the log has no digest of them`,
    );
    expect(status).toBe(0);
  });

  it('refuses a deployment that is not the row whose digest the erasure has', async () => {
    const erased = (row: string) => [erasure(6, 'deployment.recorded', DEPLOYMENT, { row })];
    const same = await newPack(keys, { erased: 6, more: erased(deployment.digest) });
    expect((await verifyFiles(same.files)).text).not.toContain('All of deployment');
    const other = await newPack(keys, { erased: 6, more: erased('a'.repeat(64)) });
    expect((await verifyFiles(other.files)).text).toContain('the row of deployment');
  });

  it('says that the event of the release was erased, and not that it is older', async () => {
    const more = [erasure(1, 'release.created', RELEASE, { row: 'a'.repeat(64) })];
    const { text } = await verifyFiles((await newPack(keys, { erased: 1, more })).files);
    expect(text).toContain('The version and the commit of the release: its event was erased');
    expect(text).not.toContain('older than the log');
    expect(text).toContain('its content is unknown (release.created)');
  });
});

describe('verify.mjs tells', () => {
  const told = async (...more: Parameters<typeof about>[]) =>
    (await verifyFiles((await newPack(keys, { more: more.map((one) => about(...one)) })).files))
      .text;

  it('deployments with their authorization, and changes of states, as words', async () => {
    const environment = 'production';
    const before = null;
    const authorization = 'authorized';
    const text = await told(
      [
        'release.sealed',
        'release',
        RELEASE,
        { state: { before: 'open', after: 'sealed' } },
        RELEASE,
      ],
      [
        'deployment.succeeded',
        'deployment',
        DEPLOYMENT,
        { environment, before, authorization, row: deployment.digest },
        RELEASE,
      ],
    );
    expect(text).toContain('was deployed to production: succeeded, authorization authorized, at ');
    expect(text).toContain(', state open → sealed');
    expect(text).not.toContain('[object Object]');
  });

  it('that a version was not allowed, in words', async () => {
    const data = { environment: 'production', decision: 'deny', before: null };
    const text = await told(['verdict.holds-again', 'verdict', VERDICT, data, RELEASE]);
    expect(text).toMatch(
      /^VERIFIED\n {2}- Version 1\.4\.0 \S+ \S+ was not allowed into production: /,
    );
  });

  it.each(['ci"\n  - Version 9 was allowed', 'ci\u202e\u2028\u0007', 'a, environment production'])(
    'a caller named %j in quotes and on one line',
    async (actor) => {
      const event = { ...about('release.sealed', 'release', RELEASE, {}, RELEASE), actor };
      const { text, status } = await verifyFiles((await newPack(keys, { more: [event] })).files);
      expect(status, text).toBe(0);
      expect(text).toMatch(/^ {2}- release\.sealed at \S+ by "[^\p{C}\p{Zl}]+", 019ab02d/mu);
      expect(text).not.toMatch(/^ {2}- Version 9/m);
    },
  );

  it('nothing of exceptions that a verdict did not use', async () => {
    expect((await verifyFiles(pack.files)).text).not.toContain('It rests on');
  });
});
