import { describe, expect, it } from 'vitest';
import { useEmbedded } from '../support/embedded.js';
import { runProgram } from '../support/process.js';

/** Programs beside a server that got its port in another terminal. */
const embedded = useEmbedded();

const beside = async (file: string, ...args: string[]) => {
  const program = runProgram(file, { EMBEDDED_PG_DIR: embedded.folder }, ...args);
  return { code: await program.exit, output: program.output() };
};
const CREATE = ['create', '--name', 'first', '--subject', 'alice', '--scopes', 'all'];

describe('a program that runs next to the server', () => {
  it('finds its embedded PostgreSQL on any port', async () => {
    const server = await embedded.start({ AUTH_MODE: 'token' });
    const made = await beside('dist/token.js', ...CREATE);
    expect(made.code, made.output).toBe(0);
    const secret = made.output.trim().split('\n').at(-1) ?? '';
    const headers = { authorization: `Bearer ${secret}` };
    expect((await fetch(`${server.url}/projects`, { headers })).status).toBe(200);
    expect(await beside('dist/migrate.js')).toEqual({ code: 0, output: 'the schema is current\n' });
    // Both gave up their part of PostgreSQL, and the server kept its own.
    expect((await fetch(`${server.url}/health/ready`)).status).toBe(200);
  });
});
