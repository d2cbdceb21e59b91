import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { afterEach, describe, expect, it } from 'vitest';
import { createEmptyDatabase } from '../support/database.js';

/** The README's first command, as a supervisor runs it: signals go to npm and not to the server. */
const ROOT = fileURLToPath(new URL('../..', import.meta.url));
let drop: (() => Promise<void>) | undefined;
afterEach(() => drop?.());

describe('npm start', () => {
  it.each(['SIGTERM', 'SIGINT'] as const)('passes %s to the server', async (signal) => {
    const database = await createEmptyDatabase();
    drop = database.drop;
    const npm = spawn('npm', ['start'], {
      cwd: ROOT,
      env: { ...process.env, DATABASE_URL: database.url, PORT: '0', LOG_LEVEL: 'info' },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const exit = new Promise((resolve) => npm.once('close', resolve));
    const url = await new Promise<string>((resolve, reject) => {
      let text = '';
      npm.stdout.on('data', (chunk: Buffer) => {
        text += chunk.toString();
        const [, found] = /listening at (http:\/\/[\w.:]+)/.exec(text) ?? [];
        if (found) resolve(found);
      });
      void exit.then((code) => reject(new Error(`npm ended with ${code}:\n${text}`)));
    });
    expect((await fetch(`${url}/health`)).status).toBe(200);
    npm.kill(signal);
    expect(await exit).toBe(0);
    await expect(fetch(`${url}/health`)).rejects.toThrow();
  });
});
