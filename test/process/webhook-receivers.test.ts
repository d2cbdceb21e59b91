import { spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { postStop } from '../support/line.js';
import { freePort } from '../support/ports.js';
import { runCommand } from '../support/process.js';
import { deliveriesOf, hookApp, letTimePass, receiver, webhookFor } from '../support/webhooks.js';

/** The receivers of docs/webhooks.md, as a reader copies them. */
async function block(language: string, containing: string): Promise<string> {
  const page = await readFile(new URL('../../docs/webhooks.md', import.meta.url), 'utf8');
  const blocks = [...page.matchAll(/^```(\w+)\n(.*?)^```$/gms)];
  const found = blocks.find(([, name, text]) => name === language && text?.includes(containing));
  if (!found?.[2]) throw new Error(`docs/webhooks.md has no ${language} with ${containing}`);
  return found[2];
}

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'srp-receiver-'));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
});

const has = (program: string) => spawnSync('sh', ['-c', `command -v ${program}`]).status === 0;

const RECEIVERS: [program: string, language: string, file: string, containing: string][] = [
  ['node', 'js', 'receive.mjs', 'createServer'],
  ['python3', 'python', 'receive.py', 'HTTPServer'],
];

describe('a receiver of docs/webhooks.md', () => {
  it.each(RECEIVERS.filter(([program]) => has(program)))(
    'in %s accepts what is real, and nothing else',
    async (program, language, file, containing) => {
      const text = await block(language, containing);
      await writeFile(join(folder, file), text);
      const port = await freePort();
      const { app, deliver } = await hookApp();
      const { id, secret } = await webhookFor(app, `http://127.0.0.1:${port}/hook`);
      const env = { SECRET: secret, PORT: String(port) };
      const running = runCommand(program, [join(folder, file)], env);
      onTestFinished(async () => {
        running.child.kill('SIGKILL');
        await running.exit;
      });
      const url = `http://127.0.0.1:${port}/`;
      const forged = {
        'webhook-id': 'x',
        'webhook-timestamp': '1',
        'webhook-signature': 'v1,AAAA',
      };
      const post = (headers: Record<string, string>) =>
        fetch(url, { method: 'POST', headers, body: '{}' }).then(
          ({ status }) => status,
          () => 0,
        );
      await expect.poll(() => post({})).toBe(401);
      expect(await post(forged)).toBe(401);
      const now = String(Math.floor(Date.now() / 1000));
      expect(await post({ ...forged, 'webhook-timestamp': now })).toBe(401);
      await postStop(app);
      await deliver();
      expect(await deliveriesOf(app, id)).toMatchObject([{ state: 'delivered', lastStatus: 204 }]);
      await app.inject({ method: 'POST', url: `/webhooks/${id}/rotate-secret` });
      await postStop(app);
      await deliver();
      expect((await deliveriesOf(app, id))[0]).toMatchObject({ state: 'delivered' });
      await app.inject({ method: 'POST', url: `/webhooks/${id}/rotate-secret` });
      await postStop(app); // this receiver has the secret before the last two rotations
      await letTimePass();
      await deliver();
      expect((await deliveriesOf(app, id))[0]).toMatchObject({ state: 'pending', lastStatus: 401 });
    },
  );

  it.runIf(has('openssl'))('computes the signature with openssl', async () => {
    const { app, deliver } = await hookApp();
    const to = await receiver();
    const { secret } = await webhookFor(app, to.url);
    await postStop(app);
    await deliver();
    const [first] = to.received;
    await writeFile(join(folder, 'body.json'), first?.body ?? '');
    const { stdout } = spawnSync('sh', ['-c', await block('sh', 'openssl dgst')], {
      cwd: folder,
      env: {
        ...process.env,
        SECRET: secret,
        id: String(first?.headers['webhook-id']),
        timestamp: String(first?.headers['webhook-timestamp']),
      },
    });
    expect(`v1,${stdout.toString().trim()}`).toBe(first?.headers['webhook-signature']);
  });
});
