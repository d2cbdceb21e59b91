import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { createProject, expectProblem, pointers, post } from '../support/requests.js';

const context = useApp();
const create = (body: unknown) => post(context.app, JSON.stringify(body));
const count = async () => (await sql('SELECT id FROM projects')).length;

describe('POST /projects: 201', () => {
  it('returns the project and its address', async () => {
    const response = await create({ name: 'Mon Projet', status: 'active' });
    expect(response.statusCode).toBe(201);
    expect(response.headers.location).toBe('/projects/1');
    const project = response.json();
    expect(project).toEqual({
      id: 1,
      name: 'Mon Projet',
      key: null,
      status: 'active',
      description: null,
      createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/),
      updatedAt: project.createdAt,
      createdBy: 'anonymous',
      updatedBy: 'anonymous',
    });
    expect(Math.abs(Date.now() - Date.parse(project.createdAt))).toBeLessThan(60_000);
  });

  it('sets the status planned by default', async () => {
    expect((await createProject(context.app, { name: 'A' })).status).toBe('planned');
    expect((await createProject(context.app, { name: 'A', status: 'à faire' })).status).toBe(
      'à faire',
    );
  });

  it('accepts a name twice', async () => {
    const first = await createProject(context.app);
    const second = await createProject(context.app);
    expect(second.id).toBe(first.id + 1);
  });

  it.each([
    ['any script', '項目 مشروع проект 🚀'],
    ['one character', 'x'],
    ['200 code points of four bytes', '🚀'.repeat(200)],
    ['combining marks, kept as they are', 'e\u0301'],
    ['SQL and HTML', `'; DROP TABLE projects; -- <script>alert(1)</script> %_\\`],
    ['a private-use and a noncharacter code point', '\ue000\ufffe'],
  ])('stores a name of %s exactly', async (_case, name) => {
    const { id } = await createProject(context.app, { name, description: `${name}\n\t${name}` });
    const [row] = await sql('SELECT name, description FROM projects WHERE id = $1', [id]);
    expect(row).toEqual({ name, description: `${name}\n\t${name}` });
  });

  it('removes white space around name and status before it counts characters, and keeps the description', async () => {
    const project = await createProject(context.app, {
      name: ` \u00a0\u3000${'x'.repeat(200)}\ufeff `,
      status: '  done  ',
      description: '  as it is  ',
    });
    expect(project).toMatchObject({
      name: 'x'.repeat(200),
      status: 'done',
      description: '  as it is  ',
    });
  });

  it('accepts a description of 2,000 characters, an empty one, and null', async () => {
    for (const description of ['é'.repeat(2000), '', null]) {
      expect((await createProject(context.app, { name: 'A', description })).description).toBe(
        description,
      );
    }
  });

  it('accepts a trailing slash and a charset', async () => {
    const response = await context.app.inject({
      method: 'POST',
      url: '/projects/',
      payload: '{"name":"A"}',
      headers: { 'content-type': 'application/json; charset=utf-8' },
    });
    expect(response.statusCode).toBe(201);
  });
});

describe('POST /projects: 400', () => {
  it.each<[string, unknown, string[]]>([
    ['no name', {}, ['/name']],
    ['an empty name', { name: '' }, ['/name']],
    ['a name of white space', { name: ' \u3000 ' }, ['/name']],
    ['201 characters', { name: 'x'.repeat(201) }, ['/name']],
    ['a number for a name', { name: 5 }, ['/name']],
    ['null for a name', { name: null }, ['/name']],
    ['null for a status', { name: 'A', status: null }, ['/status']],
    ['an empty status', { name: 'A', status: '' }, ['/status']],
    ['a status of 51 characters', { name: 'A', status: 'x'.repeat(51) }, ['/status']],
    ['a description of 2,001', { name: 'A', description: 'x'.repeat(2001) }, ['/description']],
    ['a description that is a list', { name: 'A', description: ['x'] }, ['/description']],
    ['an unknown field', { name: 'A', 'a/b~c': 1 }, ['/a~1b~0c']],
    ['a client that chooses the id', { name: 'A', id: 7 }, ['/id']],
    ['a line break', { name: 'a\nb' }, ['/name']],
    ['a line break at the end', { name: 'a\n' }, ['/name']],
    ['a line separator', { name: 'a\u2028b' }, ['/name']],
    ['201 characters and white space', { name: ` ${'x'.repeat(201)} ` }, ['/name']],
    ['a C1 control character', { name: 'a\u0085b' }, ['/name']],
    ['NUL in a name', { name: 'a\u0000b' }, ['/name']],
    ['NUL in a description', { name: 'A', description: 'a\u0000' }, ['/description']],
    ['a lone surrogate', { name: 'a\ud800b' }, ['/name']],
    ['a lone surrogate deep in an unknown field', { x: { y: ['\udc00'] } }, ['/x/y/0']],
    ['a lone surrogate in a key', { '\ud800': 1 }, ['/\ud800']],
    ['every fault at once', { status: 1, x: 2 }, ['/name', '/status', '/x']],
    ['a list', [], ['']],
    ['a string', 'x', ['']],
    ['null', null, ['']],
  ])('refuses %s', async (_case, body, expected) => {
    const problem = expectProblem(await create(body), 400, 'validation-failed');
    expect(pointers(problem)).toEqual(expected);
    for (const error of problem.errors) {
      expect(error).toEqual({ in: 'body', pointer: error.pointer, message: expect.any(String) });
    }
    expect(await count()).toBe(0);
  });

  it('reports the first 20 of a thousand faults', async () => {
    const body = Object.fromEntries(Array.from({ length: 999 }, (_, i) => [`f${i}`, i]));
    const response = await create(body);
    const problem = expectProblem(response, 400, 'validation-failed');
    expect(problem.errors).toHaveLength(20);
    expect(response.body.length).toBeLessThan(10_000);
  });

  it('refuses a body of very many fields without checking each', async () => {
    const body = Object.fromEntries(Array.from({ length: 50_000 }, (_, i) => [`f${i}`, i]));
    const problem = expectProblem(await create(body), 400, 'validation-failed');
    expect(problem.detail).toBe('the body must have at most 1000 fields');
  });

  it('explains the rule of a name in words', async () => {
    const { errors } = (await create({ name: 'x'.repeat(201) })).json();
    expect(errors[0].message).toBe(
      'must be one line of 1 to 200 characters, without control characters',
    );
  });

  it.each([
    ['broken JSON', '{"name":'],
    ['text', 'name=A'],
    ['a prototype', '{"name":"A","__proto__":{"admin":true}}'],
    ['a constructor', '{"name":"A","constructor":{"prototype":{"admin":true}}}'],
    ['bytes that are not UTF-8', Buffer.from([...Buffer.from('{"name":"a'), 0xff, 0x22, 0x7d])],
  ])('refuses %s', async (_case, body) => {
    expectProblem(await post(context.app, body), 400, 'malformed-json');
    expect(await count()).toBe(0);
  });

  it('refuses an escape in a document nested too deeply to walk', async () => {
    const body = `{"x":${'['.repeat(5000)}"\\u0041"${']'.repeat(5000)}}`;
    expectProblem(await post(context.app, body), 400, 'validation-failed');
  });

  it.each([undefined, 'application/json'])(
    'refuses a missing body (content type %s)',
    async (type) => {
      const response = await context.app.inject({
        method: 'POST',
        url: '/projects',
        ...(type && { headers: { 'content-type': type } }),
      });
      expectProblem(response, 400, 'validation-failed');
    },
  );
});

describe('POST /projects: 413 and 415', () => {
  it('refuses a body above the limit', async () => {
    const body = JSON.stringify({ name: 'A', description: 'x'.repeat(1_048_576) });
    expectProblem(await post(context.app, body), 413, 'payload-too-large');
  });

  it.each([
    'application/json; charset=iso-8859-1',
    'text/plain',
    'application/x-www-form-urlencoded',
    'application/xml',
    'nonsense',
  ])('refuses %s', async (type) => {
    const response = await post(context.app, '{"name":"A"}', type);
    expectProblem(response, 415, 'unsupported-media-type');
  });

  it('refuses a compressed body', async () => {
    const response = await context.app.inject({
      method: 'POST',
      url: '/projects',
      payload: '{}',
      headers: { 'content-type': 'application/json', 'content-encoding': 'gzip' },
    });
    expectProblem(response, 415, 'unsupported-media-type');
  });
});
