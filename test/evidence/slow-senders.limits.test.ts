import { afterEach, beforeEach, expect, it } from 'vitest';
import { buildTestApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { serverDatabaseUrl } from '../support/database.js';
import { bom } from '../support/documents.js';
import { sendInPieces, upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';

/** Two tokens hold all memory for uploads, and send one byte a second. Others upload nevertheless. */

let app: Awaited<ReturnType<typeof buildTestApp>>;
beforeEach(async () => {
  app = await buildTestApp(serverDatabaseUrl(), { AUTH_MODE: 'token' });
  await app.listen({ host: '127.0.0.1', port: 0 });
});
afterEach(() => app.close());

const MIB = 1024 * 1024;

it('two slow senders hold all memory for uploads, and every other upload is stored', async () => {
  const owner = await giveToken({ subject: 'owner' });
  const { headers } = owner;
  const project = await app.inject({
    method: 'POST',
    url: '/projects',
    headers,
    payload: { name: 'Shop' },
  });
  const release = (await createRelease(app, { projectId: project.json().id, headers })).id;
  const ends: (() => void)[] = [];
  const slow = async ({ headers }: Holder) => {
    const announced = { ...headers, 'content-length': String(32 * MIB) };
    const { request, answer } = sendInPieces(app, release, ['{'], announced, false);
    request.on('error', () => {}); // after the answer the connection ends
    const drip = setInterval(() => request.write(' '), 1000);
    ends.push(() => {
      clearInterval(drip);
      request.destroy();
    });
    return answer;
  };
  const arrived = new Promise<void>((resolve) => {
    let requests = 0;
    app.server.on('request', () => {
      requests += 1;
      if (requests === 4) resolve();
    });
  });
  const senders = [await giveToken({ subject: 'a' }), await giveToken({ subject: 'b' })];
  // Two of each: a share that is given back is taken by the next one.
  const answers = [...senders, ...senders].map(slow);
  await arrived;
  const others = await Promise.all(
    Array.from({ length: 4 }, async (_, n) => {
      const { headers } = await giveToken({ subject: `other ${n}` });
      return upload(app, release, bom([{ name: `p${n}` }]), { headers });
    }),
  );
  expect(others.map(({ statusCode }) => statusCode)).toEqual([201, 201, 201, 201]);
  const stopped = await Promise.race(answers);
  expect([stopped.status, JSON.parse(stopped.body).code]).toEqual([503, 'overloaded']);
  for (const answer of answers) answer.catch(() => {}); // those that still send when the test ends
  for (const end of ends) end();
});
