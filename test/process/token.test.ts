import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { prepareSchema } from '../../src/database/migrate.js';
import { isSecret } from '../../src/security/authentication/token-secret.js';
import { createEmptyDatabase } from '../support/database.js';
import { runProgram, startServer, stop } from '../support/process.js';

let database: Awaited<ReturnType<typeof createEmptyDatabase>>;
beforeEach(async () => {
  database = await createEmptyDatabase();
});
afterEach(() => database.drop());

async function token(...args: string[]) {
  const program = runProgram('dist/token.js', { DATABASE_URL: database.url }, ...args);
  return { code: await program.exit, output: program.output() };
}
const FIRST = ['create', '--name', 'first', '--subject', 'alice', '--scopes'];

describe('npm run token', () => {
  it('creates, lists and revokes tokens of a server, even before its first start', async () => {
    const behind = await token('list');
    expect(behind.output).toMatch(
      /^token: the database is behind this server: .* Run "npm run db:migrate"/,
    );
    await runProgram('dist/migrate.js', { DATABASE_URL: database.url }).exit;
    const made = await token(...FIRST, 'all', '--days', '7', '--person');
    expect(made.code, made.output).toBe(0);
    const secret = made.output.trim().split('\n').at(-1) ?? '';
    expect(isSecret(secret)).toBe(true);
    const [, id = ''] = /token ([0-9a-f-]{36}), valid until/.exec(made.output) ?? [];

    const server = await startServer({ DATABASE_URL: database.url, AUTH_MODE: 'token' });
    const headers = { authorization: `Bearer ${secret}` };
    const get = (url: string) => fetch(`${server.url}${url}`, { headers });
    expect((await fetch(`${server.url}/projects`)).status).toBe(401);
    expect(await (await get(`/tokens/${id}`)).json()).toMatchObject({
      subject: 'alice',
      person: true,
      createdBy: expect.stringMatching(/^cli:./),
    });

    const listed = await token('list');
    expect(listed.output).toContain(`${id}  active`);
    expect(listed.output).toContain('alice (a person): first');
    expect(listed.output).not.toContain(secret);
    expect((await token('revoke', id)).code).toBe(0);
    await expect.poll(async () => (await get('/projects')).status).toBe(401);
    expect((await token('list')).output).toBe('there are no active tokens\n');
    expect((await token('list', '--all')).output).toContain(`${id}  revoked`);
    await stop(server);
  });

  it.each([
    [
      ['create'],
      /^token: --name is required; --subject is required; --scopes is required\. See --help/,
    ],
    [[], /^token: the command must be create, list or revoke, not ''\. See --help/],
    [['create', '--wrong'], /^token: Unknown option '--wrong'/],
    [[...FIRST, 'projects:read,x'], /^token: --scopes \(item 2\) must be one of projects:read,/],
    [[...FIRST, 'projects:read', '--days', '367'], /^token: --days must be at most 366/],
    [
      [...FIRST, 'projects:read', '--projects', '1,a'],
      /^token: --projects \(item 2\) must be of type integer/,
    ],
    [
      [...FIRST, 'projects:read', '--projects', '7'],
      /^token: --projects \(item 1\) does not exist/,
    ],
    [[...FIRST, 'all', '--projects', '7'], /^token: --projects must be absent for .*tokens:admin/],
    [[...FIRST, 'projects:read', '--days', '5,6'], /^token: --days must be of type integer/],
    [
      [...FIRST, 'projects:read', '--projects', ''],
      /^token: --projects \(item 1\) must be of type integer/,
    ],
    [['revoke', 'x'], /^token: revoke needs the id of a token/],
    [['revoke', '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e'], /^token: Token not found/],
  ])('%j explains what is wrong', async (args, message) => {
    await prepareSchema(database.url, { apply: true, connectTimeoutMs: 5000 });
    const { code, output } = await token(...args);
    expect(code).toBe(1);
    expect(output).toMatch(message);
    expect(output).not.toContain('    at ');
  });

  it.each(['dist/token.js', 'dist/migrate.js', 'dist/backup.js', 'dist/restore.js'])(
    '%s --help exits with 0',
    async (file) => {
      const program = runProgram(file, {}, '--help');
      expect(await program.exit).toBe(0);
      expect(program.output()).toMatch(/^usage: npm run .*Exit code: 0 /s);
    },
  );
});
