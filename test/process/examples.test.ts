import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createEmptyDatabase } from '../support/database.js';
import { startServer, stop } from '../support/process.js';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** The commands of examples/README.md, as a newcomer copies them one after the other. */
async function commands(url: string): Promise<string> {
  const text = await readFile(`${ROOT}examples/README.md`, 'utf8');
  const blocks = [...text.matchAll(/^```sh\n(.*?)^```$/gms)].map(([, block]) => block);
  expect(blocks.length).toBeGreaterThanOrEqual(4);
  return blocks.join('').replace('http://127.0.0.1:8000', url);
}

function shell(script: string): Promise<string> {
  const child = spawn('sh', ['-c', script], {
    cwd: ROOT,
    env: { ...process.env, SRP_TOKEN: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  const add = (chunk: Buffer) => {
    output += chunk.toString();
  };
  child.stdout.on('data', add);
  child.stderr.on('data', add);
  return new Promise((resolve) => child.once('close', () => resolve(output)));
}

describe('examples/README.md', () => {
  it('has commands that end in a denial, and then in allow for production', async () => {
    const database = await createEmptyDatabase();
    onTestFinished(database.drop);
    const server = await startServer({ DATABASE_URL: database.url });
    onTestFinished(async () => {
      await stop(server);
    });
    const output = await shell(await commands(server.url));
    const [denied = '', allowed = '', curl = ''] = output.split(/exit code \d\n/);
    expect(output.match(/exit code \d/g), output).toEqual(['exit code 1', 'exit code 0']);
    expect(denied).toMatch(/denied: 1\.0\.0 may not go to production/);
    expect(denied).toMatch(/1\.0\.0: max-findings: .*CVE-2021-44906/);
    expect(denied).toMatch(/1\.0\.0: no-secrets: /);
    expect(denied).not.toMatch(/1\.0\.0: (tests-passed|evidence-required): /);
    expect(allowed).toMatch(/allowed: 1\.0\.1 may go to production/);
    expect(curl).toMatch(/^\{"decision":"allow"/);
  });
});
