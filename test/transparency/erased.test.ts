import { describe, expect, it } from 'vitest';
import { ANONYMOUS } from '../../src/access/caller.js';
import { callContext } from '../../src/database/context.js';
import { erase, settleNow } from '../../src/features/transparency/index.js';
import { sql } from '../support/database.js';
import { anotherPool, type LogApp, tamper } from '../support/log.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { imported, verified } from '../support/verify.js';

describe('npm run log -- verify', () => {
  const eraseOf = async (log: LogApp, type: string) => {
    const [{ id } = { id: '' }] = await sql<{ id: string }>(
      'SELECT id FROM events WHERE type = $1 ORDER BY id DESC LIMIT 1',
      [type],
    );
    const context = callContext(anotherPool().store, { ...ANONYMOUS, subject: 'cli:dpo' }, 'test');
    await erase(context, id, 'A name');
    await settleNow(context, log.keys);
    return id;
  };

  it.each(['release.created', 'release.sealed', 'verdict.decided', 'artifact.added'])(
    'notes an honest erasure of %s, and still compares the row',
    async (type) => {
      const log = await imported();
      const { id } = await createRelease(log.app);
      await addArtifact(log.app, id, { sha256: digest(7) });
      await log.app.inject({ method: 'POST', url: `/releases/${id}/seal` });
      await log.app.inject(`/assert?release=${id}&environment=production`);
      await log.settle();
      const event = await eraseOf(log, type);
      const { faults, notComparable, erasures } = await verified(log);
      expect({ faults, notComparable }).toEqual({ faults: [], notComparable: {} });
      expect(erasures).toMatchObject([{ event, by: 'cli:dpo', reason: 'A name' }]);
      await tamper(
        `UPDATE releases SET state = 'open', sealed_at = NULL, sealed_by = NULL;
         UPDATE artifacts SET name = 'other';
         UPDATE release_decisions SET decision = 'allow', decided_by = 'eve'; UPDATE verdicts SET decision = 'allow'`,
      );
      const found = (await verified(log)).faults.join('\n');
      for (const kind of [/release \S+: it/, /artifact \S+: it/, /verdict \S+: it/, /what holds/])
        expect(found).toMatch(kind);
    },
  );

  it('finds that what an erased event kept was changed', async () => {
    const log = await imported();
    await createRelease(log.app);
    await log.settle();
    const id = await eraseOf(log, 'release.created');
    await tamper(
      `UPDATE events SET data = '{"erased":true,"row":"${digest(3)}"}' WHERE id = '${id}'`,
    );
    expect((await verified(log)).faults.join('\n')).toMatch(/was changed since it was erased/);
  });
});
