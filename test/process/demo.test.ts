import { spawn } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyDatabase } from '../support/database.js';
import { freePort } from '../support/ports.js';
import { startServer, stop } from '../support/process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Runs the demo as a new user would. */
function demo(server: Record<string, string>) {
  const child = spawn('npm', ['run', '-s', 'demo'], {
    cwd: ROOT,
    env: { ...process.env, HOST: '', SRP_URL: '', SRP_TOKEN: '', ...server },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return new Promise<{ code: number | null; output: string }>((resolve) => {
    child.once('close', (code) => resolve({ code, output }));
  });
}

/** The working folders of demos. */
const workFolders = async () =>
  (await readdir(`${ROOT}.cache`).catch(() => [])).filter((name) => name.startsWith('demo-'));

describe('npm run demo', () => {
  it('shows a denied release, its fix and the difference, and people who decide, twice', async () => {
    const database = await createEmptyDatabase();
    onTestFinished(database.drop);
    const keys = await mkdtemp(join(tmpdir(), 'srp-demo-keys-'));
    onTestFinished(() => rm(keys, { recursive: true, force: true }));
    const server = await startServer({ DATABASE_URL: database.url, SIGNING_KEYS_DIR: keys });
    onTestFinished(async () => {
      await stop(server);
    });
    const before = await workFolders();
    // The address, and the variable that the server itself reads.
    const ways: Record<string, string>[] = [
      { SRP_URL: server.url },
      { PORT: new URL(server.url).port },
    ];
    for (const [index, way] of ways.entries()) {
      const { code, output } = await demo(way);
      expect(code, output).toBe(0);
      expect(output).not.toContain('\u001b');
      expect(output).toMatch(/• 1\.0\.0: tests-passed: 1 test failed, 0 allowed/);
      expect(output).toContain('→ 201 sarif: 1 finding\n');
      expect(output).toMatch(/• 1\.0\.0: max-findings: 1 critical .*GHSA-xvch-5gv4-984h/);
      expect(output).toMatch(/• 1\.0\.0: max-findings: 1 high .*noDoubleEquals/);
      expect(output).toContain('✔ allowed: the release may go to srp-demo');
      expect(output).toContain('upgraded: minimist 1.2.5 → 1.2.8');
      expect(output).toMatch(/fixed: critical vulnerability GHSA-xvch-5gv4-984h/i);
      expect(output.match(/• 1\.0\.1: .*/g)).toEqual([
        expect.stringMatching(/^• 1\.0\.1: no-secrets: No secret scan counts/),
      ]);
      expect(output).toMatch(/allowed: the release may go to production\n/);
      expect(output).toContain('From examples/: the report on secrets.');
      expect(output).toMatch(
        /✔ VERIFIED\s+- Version 1\.0\.0 \(commit \w+\) was not allowed into srp-demo/,
      );
      expect(output).toMatch(/✘ REFUSED.*its decision or results were changed/s);
      expect(output).toMatch(/• 1\.1\.0: approvals: 0 of 2 approvals\./);
      expect(output.match(/\/environments\/shop\/deployments → 201 .*/g)).toEqual(
        ['authorized', 'authorized', 'rollback', 'break-glass'].map(
          (way) => `/environments/shop/deployments → 201 ${way}`,
        ),
      );
      expect(output).toMatch(
        /✔ allowed, because the glass is broken\. It overrides:\n +• 1\.1\.1: frozen: /,
      );
      expect(output).toMatch(/\/review → 403 four-eyes-required\n.*\/review → 200 reviewed\n/);
      expect(output).toContain(`${server.url}/ui/projects/${index + 1}`);
      const pages = [...output.matchAll(/(http\S+\/ui\/(?:inbox|verdicts\/\S+)) {2}/g)];
      expect(pages).toHaveLength(2);
      for (const [, page = ''] of pages) {
        const answer = await fetch(page);
        expect(answer.status, page).toBe(200);
        if (page.includes('/verdicts/')) expect(await answer.text()).toContain('1.0.0');
      }
    }
    expect(await workFolders()).toEqual(before);
  }, 300_000);

  it('explains in one line that no server answers', async () => {
    const port = String(await freePort());
    const url = `http://127.0.0.1:${port}`;
    const { code, output } = await demo({ PORT: port });
    expect(code).toBe(1);
    expect(output).toBe(
      `demo: no server answers at ${url} (ECONNREFUSED). Start one with "npm start", or set SRP_URL\n`,
    );
  });
});
