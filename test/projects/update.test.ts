import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const context = useApp();
const patch = (id: number | string, payload: object) =>
  context.app.inject({ method: 'PATCH', url: `/projects/${id}`, payload });

describe('PATCH /projects/{id}', () => {
  it.each([
    ['name', ' New ', 'New'],
    ['status', 'done', 'done'],
    ['description', 'text', 'text'],
    ['description', null, null],
  ])('200: changes only %s', async (field, value, expected) => {
    const before = await createProject(context.app, { name: 'A', status: 'b', description: 'c' });
    const response = await patch(before.id, { [field]: value });
    expect(response.statusCode).toBe(200);
    const after = response.json();
    expect(after).toEqual({ ...before, [field]: expected, updatedAt: after.updatedAt });
    expect(Date.parse(after.updatedAt)).toBeGreaterThanOrEqual(Date.parse(before.updatedAt));
    expect((await context.app.inject(`/projects/${before.id}`)).json()).toEqual(after);
  });

  it('200: an empty object changes nothing, not even updatedAt', async () => {
    const before = await createProject(context.app);
    const response = await patch(before.id, {});
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual(before);
  });

  it.each<[object, string[]]>([
    [{ name: null }, ['/name']],
    [{ name: '' }, ['/name']],
    [{ status: 5 }, ['/status']],
    [{ id: 2 }, ['/id']],
    [{ createdAt: '2020-01-01T00:00:00Z' }, ['/createdAt']],
    [{ description: 'x'.repeat(2001) }, ['/description']],
  ])('400: %j changes nothing', async (body, expected) => {
    const before = await createProject(context.app);
    expect(pointers(expectProblem(await patch(1, body), 400, 'validation-failed'))).toEqual(
      expected,
    );
    expect((await context.app.inject('/projects/1')).json()).toEqual(before);
  });

  it('400: the id is not valid', async () => {
    expectProblem(await patch('a_b', { name: 'A' }), 400, 'validation-failed');
  });

  it.each([{ name: 'A' }, {}])('404: the project does not exist (%j)', async (body) => {
    expectProblem(await patch(7, body), 404, 'project-not-found');
  });

  it('404 until the project exists, then 200: without If-Match never 412', async () => {
    const requests = Array.from({ length: 40 }, (_, index) =>
      index === 20 ? createProject(context.app) : patch(1, { name: 'A' }),
    );
    const answers = (await Promise.all(requests)).filter((answer) => 'statusCode' in answer);
    expect(answers).toHaveLength(39);
    expect([200, 404]).toEqual(expect.arrayContaining(answers.map((answer) => answer.statusCode)));
  });
});
