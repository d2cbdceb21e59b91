import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished } from 'vitest';
import { isSecret } from '../../src/security/authentication/token-secret.js';
import { createEmptyDatabase } from './database.js';
import { runProgram, startServer, stop } from './process.js';

export const SCRIPT = fileURLToPath(new URL('../../scripts/ci/release.sh', import.meta.url));

export interface Ran {
  readonly code: number | null;
  readonly output: string;
  readonly errors: string;
}

/** Runs a program with nothing in its environment but what is given, and PATH. */
export function run(
  program: string,
  args: readonly string[],
  { cwd, env }: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ran> {
  const child = spawn(program, args, {
    cwd,
    env: { PATH: process.env.PATH ?? '', ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { output: '', errors: '' };
  child.stdout.on('data', (chunk: Buffer) => {
    text.output += chunk.toString();
  });
  child.stderr.on('data', (chunk: Buffer) => {
    text.errors += chunk.toString();
  });
  return new Promise((resolve) => {
    child.once('close', (code) => resolve({ code, ...text }));
  });
}

/** Sends a request to a server. */
export async function call(
  address: string,
  token: string,
  path: string,
  json?: unknown,
  method = json === undefined ? 'GET' : 'POST',
) {
  const response = await fetch(`${address}${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(json !== undefined && { body: JSON.stringify(json) }),
  });
  const text = await response.text();
  return response.headers.get('content-type')?.includes('json') ? JSON.parse(text) : text;
}

/** A server that asks for tokens, with a caller that has all scopes. */
export async function startGate(env: Readonly<Record<string, string>> = {}) {
  const { url, drop } = await createEmptyDatabase();
  onTestFinished(drop);
  const server = await startServer({ DATABASE_URL: url, AUTH_MODE: 'token', ...env });
  onTestFinished(async () => {
    await stop(server);
  });
  const args = ['create', '--name', 'ci', '--subject', 'ci', '--scopes', 'all'];
  const made = runProgram('dist/token.js', { DATABASE_URL: url }, ...args);
  expect(await made.exit, made.output()).toBe(0);
  const lines = made.output().split('\n');
  const admin = lines.find((line) => isSecret(line)) ?? '';
  const api = (path: string, json?: unknown, bearer = admin) =>
    call(server.url, bearer, path, json);
  /** A token with these scopes. */
  const tokenOf = async (scopes: readonly string[], more: object = {}): Promise<string> =>
    (await api('/tokens', { name: 'one', subject: 'pipeline', scopes, ...more })).secret;
  return { address: server.url, admin, api, tokenOf };
}
