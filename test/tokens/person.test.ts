import { beforeEach, describe, expect, it } from 'vitest';
import { SCOPE_NAMES } from '../../src/access/scopes.js';
import { useApp } from '../support/app.js';
import { giveToken, type Holder } from '../support/callers.js';
import { sql } from '../support/database.js';
import { expectProblem } from '../support/requests.js';

const context = useApp({ AUTH_MODE: 'token' });
let admin: Holder;
beforeEach(async () => {
  admin = await giveToken();
});

const BODY = { name: 'laptop', subject: 'bob', scopes: ['projects:read'], person: true };
const create = (payload: object, { headers }: Holder = admin) =>
  context.app.inject({ method: 'POST', url: '/tokens', headers, payload });

describe('a token of a person', () => {
  it('is created by an admin, shown as such, and recorded', async () => {
    const created = await create(BODY);
    expect(created.json()).toMatchObject({ subject: 'bob', person: true });
    const { headers } = admin;
    const listed = (await context.app.inject({ url: '/tokens', headers })).json();
    expect(listed).toContainEqual(expect.objectContaining({ subject: 'bob', person: true }));
    expect(listed).toContainEqual(expect.objectContaining({ id: admin.id, person: false }));
    const [event] = await sql<{ data: string }>(
      `SELECT data FROM events WHERE type = 'token.created'`,
    );
    expect(JSON.parse(event?.data ?? '')).toMatchObject({ subject: 'bob', person: true });
    const me = await context.app.inject({
      url: '/me',
      headers: { authorization: `Bearer ${created.json().secret}` },
    });
    expect(me.json()).toMatchObject({ subject: 'bob', person: true, via: 'token' });
  });

  it('403: is not created by a caller without identities:admin', async () => {
    const scopes = SCOPE_NAMES.filter((name) => name !== 'identities:admin');
    const other = await giveToken({ scopes });
    const problem = expectProblem(await create(BODY, other), 403, 'rights-exceeded');
    expect(problem.detail).toContain('identities:admin');
    expect((await create({ ...BODY, person: false }, other)).statusCode).toBe(201);
  });

  it('is not the default', async () => {
    const { person: _person, ...body } = BODY;
    expect((await create(body)).json().person).toBe(false);
  });
});
