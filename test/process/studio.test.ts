import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const CLI = createRequire(import.meta.url).resolve('prisma/build/index.js');

describe('npm run studio', () => {
  it('serves a page that loads nothing from other machines', async () => {
    const database = await createEmptyDatabase();
    onTestFinished(database.drop);
    const port = await freePort();
    const args = ['studio', '--browser', 'none', '--port', String(port)];
    const studio = spawn(process.execPath, [CLI, ...args], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_URL: database.url },
      stdio: 'ignore',
    });
    const exit = new Promise((resolve) => studio.once('close', resolve));
    onTestFinished(async () => {
      studio.kill('SIGKILL');
      await exit;
    });
    const ended = exit.then((code) => {
      throw new Error(`prisma studio ended with ${code}`);
    });
    ended.catch(() => {});
    const page = () => fetch(`http://localhost:${port}/`).catch(() => undefined);
    const opened = expect.poll(page, { interval: 100 }).toBeDefined();
    await Promise.race([opened, ended]);

    const answer = await page();
    expect(answer?.status).toBe(200);
    const policy = answer?.headers.get('content-security-policy') ?? '';
    const sources = policy.split(';').flatMap((directive) => directive.trim().split(' ').slice(1));
    expect(policy).toContain("default-src 'self'");
    expect(policy).not.toContain('connect-src');
    expect(sources.filter((source) => /[.*]|https?/.test(source))).toEqual([]);
  });
});
