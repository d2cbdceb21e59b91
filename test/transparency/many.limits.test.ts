import { expect, it } from 'vitest';
import { addEvents, emptyQueue, logApp } from '../support/log.js';
import { getFrom, tileClient } from '../support/tile-client.js';

it('a log of 70,000 entries is read through HTTP, and each of its trees begins with the one before', async () => {
  await emptyQueue();
  const { app, settle, keys } = await logApp();
  const address = await app.listen({ port: 0 });
  const client = tileClient(getFrom(`${address}/log`), keys.log.vkey);
  let before = 0;
  const heads = [];
  for (const size of [65_535, 65_536, 65_537, 70_000]) {
    await addEvents(size - before);
    await settle();
    before = size;
    const head = await client.checkpoint();
    expect(head.size).toBe(size);
    for (const older of heads) await client.proveConsistency(older, head);
    heads.push(head);
  }
  const [last] = heads.slice(-1);
  if (!last) throw new Error('there is no checkpoint');
  await client.verifyTree(last);
  const entries = await client.entries(last);
  for (const index of [0, 255, 256, 65_535, 65_536, 69_999]) {
    await client.proveInclusion(index, entries[index] ?? Buffer.alloc(0), last);
  }
  const get = (path: string) => app.inject(`/log/tile/${path}`).then((tile) => tile.statusCode);
  const wanted = [
    '0/273.p/112',
    '1/000',
    '1/001.p/17',
    '2/000.p/1',
    '0/272',
    '1/001.p/18',
    '0/274',
  ];
  const statuses = await Promise.all(wanted.map(get));
  expect(statuses).toEqual([200, 200, 200, 200, 200, 404, 404]);
});
