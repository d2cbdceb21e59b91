import { beforeEach, describe, expect, it } from 'vitest';
import { isSecret } from '../../src/security/authentication/token-secret.js';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
let admin: Holder;
beforeEach(async () => {
  admin = await giveToken();
});

const create = (payload: object, { headers }: Holder = admin, more = {}) =>
  context.app.inject({
    method: 'POST',
    url: '/tokens',
    headers: { ...headers, ...more },
    payload,
  });
const BODY = { name: ' pipeline ', subject: 'jenkins', scopes: ['projects:read'] };

describe('POST /tokens: 201', () => {
  it('returns the token with its secret, valid for 90 days and every project', async () => {
    const response = await create(BODY);
    expect(response.statusCode, response.body).toBe(201);
    const token = response.json();
    expect(response.headers.location).toBe(`/tokens/${token.id}`);
    expect(response.headers['cache-control']).toBe('no-store');
    expect(token).toEqual({
      id: expect.stringMatching(/^[0-9a-f]{8}-[0-9a-f]{4}-7/),
      name: 'pipeline',
      subject: 'jenkins',
      scopes: ['projects:read'],
      projects: null,
      person: false,
      createdAt: expect.any(String),
      createdBy: 'alice',
      expiresAt: new Date(Date.parse(token.createdAt) + 90 * 86_400_000).toISOString(),
      lastUsedAt: null,
      revokedAt: null,
      revokedBy: null,
      secret: expect.any(String),
    });
    expect(isSecret(token.secret)).toBe(true);
    const headers = { authorization: `Bearer ${token.secret}` };
    expect((await context.app.inject({ url: '/projects', headers })).statusCode).toBe(200);
    expectProblem(await context.app.inject({ url: '/tokens', headers }), 403, 'insufficient-scope');
  });

  it('stores no secret and does not repeat an answer for an Idempotency-Key', async () => {
    const twice = await Promise.all(
      [1, 2].map(() => create(BODY, admin, { 'idempotency-key': 'k' })),
    );
    const secrets = twice.map((response) => response.json().secret);
    expect(new Set(secrets).size).toBe(2);
    for (const secret of secrets) {
      const rows = await sql<{ text: string }>(
        `SELECT t::text AS text FROM api_tokens t UNION ALL SELECT k::text FROM idempotency_keys k`,
      );
      for (const { text } of rows) expect(text).not.toContain(secret.slice(4));
    }
  });

  it('binds the token to projects and sets its expiry', async () => {
    await createProject(open.app);
    const token = (await create({ ...BODY, projects: [1], expiresInDays: 366 })).json();
    expect(token.projects).toEqual([1]);
    expect(Date.parse(token.expiresAt) - Date.parse(token.createdAt)).toBe(366 * 86_400_000);
  });
});

describe('POST /tokens: 400', () => {
  it.each<[object, string[]]>([
    [{}, ['/name', '/scopes', '/subject']],
    [{ ...BODY, scopes: [] }, ['/scopes']],
    [{ ...BODY, scopes: ['projects:read', 'projects:read'] }, ['/scopes']],
    [{ ...BODY, scopes: ['everything'] }, ['/scopes/0']],
    [{ ...BODY, scopes: 'projects:read' }, ['/scopes']],
    [{ ...BODY, projects: [] }, ['/projects']],
    [{ ...BODY, projects: [0] }, ['/projects/0']],
    [{ ...BODY, projects: [7] }, ['/projects/0']],
    [{ ...BODY, scopes: ['tokens:admin'], projects: [7] }, ['/projects']],
    [{ ...BODY, expiresInDays: 0 }, ['/expiresInDays']],
    [{ ...BODY, expiresInDays: 367 }, ['/expiresInDays']],
    [{ ...BODY, secret: 'mine' }, ['/secret']],
    [{ ...BODY, subject: 'two\nlines' }, ['/subject']],
    [{ ...BODY, subject: ' anonymous ' }, ['/subject']],
    [{ ...BODY, subject: 'cli:root' }, ['/subject']],
    [{ ...BODY, subject: 'https://ci.example.org|repo:a' }, ['/subject']],
    [{ ...BODY, scopes: ['metrics:read'], projects: [7] }, ['/projects']],
  ])('refuses %j', async (body, expected) => {
    const response = await create(body);
    expect(pointers(expectProblem(response, 400, 'validation-failed'))).toEqual(expected);
    expect(await sql('SELECT 1 FROM api_tokens')).toHaveLength(1);
  });
});

describe('POST /tokens: 403', () => {
  it('refuses scopes that the caller does not have', async () => {
    const some = await giveToken({ scopes: ['tokens:admin', 'projects:read'] });
    expect((await create(BODY, some)).statusCode).toBe(201);
    const body = { ...BODY, scopes: ['projects:read', 'projects:write', 'metrics:read'] };
    const problem = expectProblem(await create(body, some), 403, 'rights-exceeded');
    expect(problem.detail).toContain('projects:write, metrics:read');
  });
});

describe('the table of tokens', () => {
  it('refuses a token that is bound to nothing or valid for too long', async () => {
    const { id } = admin;
    const set = (change: string) => sql(`UPDATE api_tokens SET ${change} WHERE id = $1`, [id]);
    await expect(set(`subject = 'cli:root'`)).rejects.toThrow(/api_tokens_subject_check/);
    await expect(set('every_project = false')).rejects.toThrow(/api_tokens_projects_check/);
    await expect(set('project_ids = NULL')).rejects.toThrow(/api_tokens_projects_check/);
    await expect(set(`project_ids = '{1}'`)).rejects.toThrow(/api_tokens_projects_check/);
    await expect(set(`project_ids = '{NULL}', every_project = false`)).rejects.toThrow(
      /api_tokens_projects_check/,
    );
    await expect(set(`scopes = '{NULL}'`)).rejects.toThrow(/api_tokens_scopes_check/);
    await expect(set(`scopes = '{{projects:read}}'`)).rejects.toThrow(/api_tokens_scopes_check/);
    await expect(set(`created_at = 'infinity', expires_at = 'infinity'`)).rejects.toThrow(
      /api_tokens_(created|expires)_at_check/,
    );
    await expect(set(`scopes = '{}'`)).rejects.toThrow(/api_tokens_scopes_check/);
    await expect(set(`expires_at = created_at + interval '367 days'`)).rejects.toThrow(
      /api_tokens_expires_at_check/,
    );
  });
});
