import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { createRelease } from '../support/releases.js';
import { createProject, expectProblem } from '../support/requests.js';

const context = useApp();
const remove = (id: number | string, headers = {}) =>
  context.app.inject({ method: 'DELETE', url: `/projects/${id}`, headers });

describe('DELETE /projects/{id}', () => {
  it('204: deletes only this project, then 404', async () => {
    const kept = await createProject(context.app, { name: 'kept' });
    const gone = await createProject(context.app, { name: 'gone' });
    const response = await remove(gone.id);
    expect(response.statusCode).toBe(204);
    expect(response.body).toBe('');
    expectProblem(await remove(gone.id), 404, 'project-not-found');
    expectProblem(await context.app.inject(`/projects/${gone.id}`), 404, 'project-not-found');
    expect((await context.app.inject('/projects')).json()).toEqual([kept]);
  });

  it('204: the id is never used again', async () => {
    const { id } = await createProject(context.app);
    await remove(id);
    expect((await createProject(context.app)).id).toBe(id + 1);
  });

  it('204: accepts the JSON header without a body', async () => {
    const { id } = await createProject(context.app);
    expect((await remove(id, { 'content-type': 'application/json' })).statusCode).toBe(204);
  });

  it('400: the id is not valid', async () => {
    expectProblem(await remove('0'), 400, 'validation-failed');
  });

  it('404: the project does not exist, with any request', async () => {
    expectProblem(await remove(7), 404, 'project-not-found');
    expectProblem(await remove(7, { 'if-match': '"1"' }), 404, 'project-not-found');
  });
});

describe('DELETE /projects/{id}: 409', () => {
  it('keeps a project with a release, and the release', async () => {
    const project = await createProject(context.app);
    const release = await createRelease(context.app, { projectId: 1 });
    const problem = expectProblem(await remove(project.id), 409, 'project-has-releases');
    expect(problem.detail).toContain('releases');
    expect((await context.app.inject(`/projects/${project.id}`)).json()).toEqual(project);
    expect((await context.app.inject(`/releases/${release.id}`)).json()).toEqual(release);
  });

  it('keeps the project even if the release is revoked, and deletes other projects', async () => {
    const kept = await createProject(context.app);
    const gone = await createProject(context.app);
    const { id } = await createRelease(context.app, { projectId: kept.id });
    const payload = { reason: 'a mistake' };
    await context.app.inject({ method: 'POST', url: `/releases/${id}/revoke`, payload });
    expectProblem(await remove(kept.id), 409, 'project-has-releases');
    expect((await remove(gone.id)).statusCode).toBe(204);
    expect(await sql('SELECT id FROM projects')).toEqual([{ id: kept.id }]);
  });

  it('412 comes first: the version is not the current one', async () => {
    await createProject(context.app);
    await createRelease(context.app, { projectId: 1 });
    expectProblem(await remove(1, { 'if-match': '"9"' }), 412, 'precondition-failed');
    expectProblem(await remove(1, { 'if-match': '"1"' }), 409, 'project-has-releases');
  });

  it('never leaves a release without its project in concurrent requests', async () => {
    for (let i = 1; i <= 10; i += 1) {
      const { id } = await createProject(context.app);
      const url = `/projects/${id}/releases`;
      const payload = { version: '1', commit: 'a'.repeat(40) };
      const [gone, added] = await Promise.all([
        remove(id),
        context.app.inject({ method: 'POST', url, payload }),
      ]);
      expect([
        [204, 404],
        [409, 201],
      ]).toContainEqual([gone.statusCode, added.statusCode]);
    }
    expect(
      await sql(`SELECT 1 FROM releases WHERE project_id NOT IN (SELECT id FROM projects)`),
    ).toEqual([]);
  });
});
