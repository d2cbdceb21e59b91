import { createHash } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createRelease } from '../support/releases.js';
import { approve, requested, revokeWaiver, type WaiverBody } from '../support/waivers.js';

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
let alice: Holder;
let bob: Holder;
let waiver: WaiverBody;
beforeEach(async () => {
  await createRelease(open.app);
  alice = await giveToken({ subject: 'alice' });
  bob = await giveToken({ subject: 'bob' });
  waiver = await requested(context.app, { reason: 'Never called: "é"' }, alice.headers);
});

/** The statement by the words of docs/events.md: all its values are texts, numbers or null, so the order is enough. */
function digestOf(shown: Record<string, unknown>): string {
  const { createdAt: requestedAt, createdBy: requestedBy, approvedAt, approvedBy, ...rest } = shown;
  const { id, projectId, releaseId, rule, about, purl, reason, expiresAt } = rest;
  const said = { about, approvedAt, approvedBy, expiresAt, id, projectId, purl, reason, releaseId };
  const json = JSON.stringify({ ...said, requestedAt, requestedBy, rule });
  return createHash('sha256').update(json).digest('hex');
}

const recorded = async () => {
  const rows = await sql(
    `SELECT type, data::json ->> 'sha256' AS sha256 FROM events
      WHERE subject_kind = 'waiver' ORDER BY id`,
  );
  return rows.map(({ type, sha256 }) => [type, sha256]);
};

describe('The digest of a waiver', () => {
  it('covers the fingerprints, if there are any', async () => {
    const fingerprints = ['b'.repeat(64), 'a'.repeat(64)];
    const body = { rule: 'generic-api-key', fingerprints };
    const named = await requested(context.app, body, alice.headers);
    const said = {
      about: 'finding',
      approvedAt: null,
      approvedBy: null,
      expiresAt: named.expiresAt,
      fingerprints: fingerprints.toSorted(),
      id: named.id,
      projectId: 1,
      purl: null,
      reason: named.reason,
      releaseId: null,
      requestedAt: named.createdAt,
      requestedBy: 'alice',
      rule: 'generic-api-key',
    };
    const digest = createHash('sha256').update(JSON.stringify(said)).digest('hex');
    expect((await recorded()).at(-1)).toEqual(['waiver.requested', digest]);
  });

  it('is in the events of its request and of its approval, and covers who approved it', async () => {
    const before = digestOf({ ...waiver });
    const approved = (await approve(context.app, waiver.id, bob.headers)).json();
    expect(await recorded()).toEqual([
      ['waiver.requested', before],
      ['waiver.approved', digestOf(approved)],
    ]);
    expect(digestOf(approved)).not.toBe(before);
  });

  it('is the same after the waiver was revoked', async () => {
    const approved = (await approve(context.app, waiver.id, bob.headers)).json();
    const revoked = await revokeWaiver(context.app, waiver.id, 'Called', bob.headers);
    expect(revoked.statusCode, revoked.body).toBe(200);
    expect(digestOf(revoked.json())).toBe(digestOf(approved));
  });
});
