import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createProject, expectProblem } from '../support/requests.js';

const context = useApp();
const remove = (id: number | string, headers = {}) =>
  context.app.inject({ method: 'DELETE', url: `/projects/${id}`, headers });

describe('DELETE /projects/{id}', () => {
  it('204: removes the one project, then 404', async () => {
    const kept = await createProject(context.app, { name: 'kept' });
    const gone = await createProject(context.app, { name: 'gone' });
    const response = await remove(gone.id);
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe('');
    expectProblem(await remove(gone.id), 404, 'project-not-found');
    expectProblem(await context.app.inject(`/projects/${gone.id}`), 404, 'project-not-found');
    expect((await context.app.inject('/projects')).json()).toEqual([kept]);
  });

  it('204: does not use an id again', async () => {
    const { id } = await createProject(context.app);
    await remove(id);
    expect((await createProject(context.app)).id).toBe(id + 1);
  });

  it('204: clients may send the JSON header with no body', async () => {
    const { id } = await createProject(context.app);
    expect((await remove(id, { 'content-type': 'application/json' })).statusCode).toBe(204);
  });

  it('400: refuses a bad id', async () => {
    expectProblem(await remove('0'), 400, 'validation-failed');
  });
});
