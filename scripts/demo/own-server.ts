import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ROOT } from './application.js';
import { run } from './run-program.js';
import { Ended } from './terminal.js';

/** A server that only the demo uses, with an empty database. */
export interface OwnServer {
  readonly url: string;
  /** A token with all scopes. */
  readonly token: string;
  /** Ends the server and removes its database. */
  stop(): Promise<void>;
}

const [SERVER, TOKEN] = [join(ROOT, 'dist/server.js'), join(ROOT, 'dist/token.js')];

/** A port of 127.0.0.1 that nothing uses. */
function freePort(): Promise<number> {
  const probe = createServer();
  return new Promise((resolve, reject) => {
    probe.once('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

/**
 * Starts a server that knows people. The one of the user may run without authentication, and tokens that stand for
 * people must not be left on it.
 */
export async function startOwnServer(): Promise<OwnServer> {
  if (!existsSync(SERVER)) await run('npm', ['run', '-s', 'build'], { cwd: ROOT });
  await mkdir(join(ROOT, '.cache'), { recursive: true });
  const folder = await mkdtemp(join(ROOT, '.cache/demo-server-'));
  const { PATH = '', HOME = '' } = process.env;
  const env = {
    ...{ PATH, HOME, HOST: '127.0.0.1', PORT: '0', AUTH_MODE: 'token' },
    EMBEDDED_PG_DIR: join(folder, 'postgres'),
    EMBEDDED_PG_PORT: String(await freePort()),
  };
  // The folder has no .env, so only `env` configures it.
  const child = spawn(process.execPath, [SERVER], { cwd: folder, env, stdio: 'pipe' });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    await rm(folder, { recursive: true, force: true });
  };
  try {
    let output = '';
    const url = await new Promise<string>((resolve, reject) => {
      const look = (chunk: Buffer) => {
        output += chunk.toString();
        const [, found] = /(?:listening at|API) +(http:\/\/[\w.:]+)/.exec(output) ?? [];
        if (found) resolve(found);
      };
      child.stdout.on('data', look);
      child.stderr.on('data', look);
      child.once('error', reject);
      child.once('close', () => reject(new Ended(`the server of the demo ended:\n${output}`)));
    });
    const rights = ['--subject', 'admin', '--scopes', 'all', '--days', '1'];
    const args = [TOKEN, 'create', '--name', 'demo', ...rights];
    const { output: token } = await run(process.execPath, args, { cwd: folder, env });
    return { url, token: token.trim().split('\n').at(-1)?.trim() ?? '', stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
