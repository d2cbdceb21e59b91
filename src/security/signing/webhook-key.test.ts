import { chmod, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { secretText, webhookSignature } from './standard-webhooks.js';
import { webhookKeyFile } from './webhook-key.js';

async function folder(): Promise<string> {
  const parent = await mkdtemp(join(tmpdir(), 'srp-webhook-key-'));
  onTestFinished(() => rm(parent, { recursive: true, force: true }));
  return join(parent, 'keys');
}

const ID = '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e';
const SALT = Buffer.alloc(32, 7);

describe('the key of webhooks', () => {
  it('is created once by processes that need it at the same time, for the server alone', async () => {
    const path = await folder();
    expect(await webhookKeyFile(path).read()).toBeUndefined();
    const files = Array.from({ length: 8 }, () => webhookKeyFile(path));
    const keys = await Promise.all(files.map((file) => file.ensure()));
    expect(new Set(keys.map(({ id }) => id)).size).toBe(1);
    const file = join(path, 'webhooks.key');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(await readFile(file, 'utf8')).toMatch(/^[0-9a-f]{64}\n$/);
    expect((await webhookKeyFile(path).read())?.id).toBe(keys[0]?.id);
  });

  it('gives another secret to each webhook and each salt, and the same one again', async () => {
    const path = await folder();
    const key = await webhookKeyFile(path).ensure();
    const other = await webhookKeyFile(await folder()).ensure();
    const secrets = [
      key.secretOf(ID, SALT),
      key.secretOf(ID, Buffer.alloc(32, 8)),
      key.secretOf(ID.replace('5e', '5f'), SALT),
      other.secretOf(ID, SALT),
    ].map(secretText);
    expect(new Set(secrets).size).toBe(4);
    expect(secretText((await webhookKeyFile(path).ensure()).secretOf(ID, SALT))).toBe(secrets[0]);
    expect(secrets[0]).toMatch(/^whsec_[A-Za-z0-9+/]{43}=$/);
  });

  it('that is broken, or that others can read, is refused and not replaced', async () => {
    const path = await folder();
    await webhookKeyFile(path).ensure();
    const file = join(path, 'webhooks.key');
    await chmod(file, 0o644);
    await expect(webhookKeyFile(path).ensure()).rejects.toThrow(`chmod 600 ${file}`);
    await chmod(file, 0o600);
    await writeFile(file, 'abc');
    await expect(webhookKeyFile(path).ensure()).rejects.toThrow(
      /webhooks\.key is broken\. Restore/,
    );
    expect(await readFile(file, 'utf8')).toBe('abc');
  });
});

describe('a signature', () => {
  it('is that of the published example', () => {
    const secret = Buffer.from('MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw', 'base64');
    const message = {
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: 1_614_265_330,
      body: '{"test": 2432232314}',
    };
    expect(webhookSignature(message, [secret])).toBe(
      'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    );
  });

  it('is accepted by another implementation, by the new and by the old secret', () => {
    const [old, current, wrong] = [1, 2, 3].map((n) => Buffer.alloc(32, n));
    if (!old || !current || !wrong) throw new Error('three secrets');
    const timestamp = Math.floor(Date.now() / 1000);
    const body = JSON.stringify({ type: 'webhook.tested', data: { name: 'Größe ✓' } });
    const headers = {
      'webhook-id': ID,
      'webhook-timestamp': String(timestamp),
      'webhook-signature': webhookSignature({ id: ID, timestamp, body }, [current, old]),
    };
    const verify = (secret: Buffer, text = body) =>
      new Webhook(secretText(secret)).verify(text, headers);
    expect(verify(current)).toEqual(JSON.parse(body));
    expect(verify(old)).toEqual(JSON.parse(body));
    expect(() => verify(wrong)).toThrow('No matching signature');
    expect(() => verify(current, body.replace('✓', '✗'))).toThrow('No matching signature');
  });
});
