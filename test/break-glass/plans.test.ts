import { beforeEach, describe, expect, it } from 'vitest';
import { WAITING } from '../../src/features/break-glass/break-glass.input.sql.js';
import { COUNT } from '../../src/features/break-glass/counts.js';
import { TAKE_DUE } from '../../src/features/break-glass/review-job.js';
import { useApp } from '../support/app.js';
import { acted, broken, person, postAct, REVIEW } from '../support/break-glass.js';
import { giveToken } from '../support/callers.js';
import { sql } from '../support/database.js';
import { scannedBlocks } from '../support/plans.js';
import { createRelease } from '../support/releases.js';

/** What was reviewed costs nothing: counts, reminders and lists read what waits. */
const open = useApp();
const context = useApp({ AUTH_MODE: 'token' });

let release: string;
beforeEach(async () => {
  release = (await createRelease(open.app)).id;
});

/** An ended break-glass of alice. */
async function over(): Promise<string> {
  const { id } = await broken(context.app, release);
  return (await acted(context.app, id, 'end', (await person()).headers)).id;
}
const reviewed = async (id: string, subject: string) =>
  postAct(context.app, id, 'review', (await person(subject)).headers, REVIEW);
const list = async (state: string) =>
  (await open.app.inject(`/break-glass?state=${state}`)).json().map(({ id }: { id: string }) => id);

describe('statements about reviews', () => {
  it('read what waits, however many were reviewed', async () => {
    const one = await over();
    const rows = (count: number) =>
      sql(`BEGIN; SET LOCAL session_replication_role = replica;
        INSERT INTO break_glasses (id, project_id, release_id, environment, reason, minutes, force, requested_at,
            requested_by, requested_via, requester_keys, opened_at, ends_at, ended_at, ended_by, ended_because, finding,
            reviewed_at, reviewed_by, reviewed_via, reviewer_keys)
        SELECT uuid_v7(), project_id, release_id, environment, reason, minutes, force, requested_at, requested_by,
               requested_via, requester_keys, opened_at, ends_at, ended_at, ended_by, ended_because, 'x', now(),
               'carol', 'token', '{carol}'
          FROM break_glasses, generate_series(1, ${count}) WHERE id = '${one}'; COMMIT; ANALYZE break_glasses`);
    const page = [null, false, null, null, null, '-infinity', 'infinity', null, 101];
    const blocks = async () => [
      await scannedBlocks(COUNT, []),
      await scannedBlocks(TAKE_DUE, [0]),
      await scannedBlocks(WAITING, page),
    ];
    await rows(3000);
    const few = await blocks();
    await rows(9000);
    for (const [at, many] of (await blocks()).entries()) {
      expect(many, String(at)).toBeLessThan(2 * (few[at] ?? 0) + 20);
    }
    expect(await list('review')).toEqual([one]);
  });
});

describe('a review by one of its people, under a name that is linked later', () => {
  it('waits again, whatever was reviewed since', async () => {
    const own = await over();
    expect((await reviewed(own, 'ally')).statusCode).toBe(200);
    for (let n = 0; n < 3; n += 1) {
      expect((await reviewed(await over(), 'carol')).statusCode).toBe(200);
    }
    expect(await list('review')).toEqual([]);
    const { headers } = await giveToken({ subject: 'admin' });
    const link = { method: 'POST', url: '/identities/alice/links', headers } as const;
    const answer = await context.app.inject({ ...link, payload: { alias: 'ally' } });
    expect(answer.statusCode, answer.body).toBe(201);
    expect(await list('review')).toEqual([own]);
    expect(await list('reviewed')).toHaveLength(3);
    expect((await reviewed(own, 'carol')).statusCode).toBe(200);
    expect(await list('review')).toEqual([]);
    await expect(sql('DELETE FROM break_glass_own_reviews')).rejects.toThrow();
  });

  it('never counts if it comes at the same time as the link', async () => {
    const { headers } = await giveToken({ subject: 'admin' });
    for (let race = 0; race < 20; race += 1) {
      const own = await over();
      const alias = `ally${race}`;
      const { headers: as } = await person(alias);
      const [review] = await Promise.all([
        postAct(context.app, own, 'review', as, REVIEW),
        context.app.inject({
          method: 'POST',
          url: '/identities/alice/links',
          headers,
          payload: { alias },
        }),
      ]);
      expect([200, 401, 403], review.body).toContain(review.statusCode);
      expect(await list('review'), String(race)).toContain(own);
    }
  });
});
