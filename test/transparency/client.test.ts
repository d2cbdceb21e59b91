import { describe, expect, it } from 'vitest';
import { addEvents, emptyQueue, logApp } from '../support/log.js';
import { getFrom, type SignedHead, tileClient } from '../support/tile-client.js';

describe('a client that is written from the specifications', () => {
  it('verifies trees of 0, 1 and 255 to 257 entries, and that each begins with the one before', async () => {
    await emptyQueue();
    const { app, settle, keys } = await logApp();
    const address = await app.listen({ port: 0 });
    const client = tileClient(getFrom(`${address}/log`), keys.log.vkey);
    const heads: SignedHead[] = [];
    for (const size of [0, 1, 255, 256, 257]) {
      await addEvents(size - (heads.at(-1)?.size ?? 0));
      await settle();
      const head = await client.checkpoint();
      expect(head.size).toBe(size);
      await client.verifyTree(head);
      const entries = await client.entries(head);
      expect(entries).toHaveLength(size);
      for (const index of new Set([0, Math.floor(size / 2), size - 1])) {
        const entry = entries[index];
        if (entry) await client.proveInclusion(index, entry, head);
      }
      for (const before of heads) await client.proveConsistency(before, head);
      heads.push(head);
    }
    // Trees from before can still be read.
    for (const head of heads)
      await tileClient(getFrom(`${address}/log`), keys.log.vkey).verifyTree(head);
  });
});
