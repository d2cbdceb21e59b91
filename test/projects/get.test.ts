import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createProject, expectProblem, pointers } from '../support/requests.js';

const context = useApp();

describe('GET /projects/{id}', () => {
  it.each(['/projects/1', '/projects/1/', '/projects/1?anything=else'])(
    '200: returns the project at %s',
    async (url) => {
      const created = await createProject(context.app, { name: 'A', description: 'B' });
      const response = await context.app.inject(url);
      expect(response.statusCode).toBe(200);
      expect(response.json()).toEqual(created);
    },
  );

  it.each([
    '0',
    '-1',
    'Abc',
    'a_b',
    '2147483648',
    '1e3',
    '0x1',
    '+1',
    '%201',
    '1.0',
    '01',
    '%00',
    '1;2',
  ])('400: the id %s is not valid', async (id) => {
    await createProject(context.app);
    const problem = expectProblem(
      await context.app.inject(`/projects/${id}`),
      400,
      'validation-failed',
    );
    expect(problem.errors[0]).toMatchObject({ in: 'path', pointer: '/id' });
    expect(pointers(problem)).toEqual(['/id']);
  });

  it.each([2, 2_147_483_647])('404: project %i does not exist', async (id) => {
    await createProject(context.app);
    const problem = expectProblem(
      await context.app.inject(`/projects/${id}`),
      404,
      'project-not-found',
    );
    expect(problem.detail).toBe('Project not found');
    expect(problem.instance).toBe(`/projects/${id}`);
  });

  it('HEAD returns the same headers without a body', async () => {
    await createProject(context.app);
    const get = await context.app.inject('/projects/1');
    const head = await context.app.inject({ method: 'HEAD', url: '/projects/1' });
    expect(head.statusCode).toBe(200);
    expect(head.body).toBe('');
    expect(head.headers['content-length']).toBe(get.headers['content-length']);
    const missing = await context.app.inject({ method: 'HEAD', url: '/projects/2' });
    expect(missing.statusCode).toBe(404);
  });
});
