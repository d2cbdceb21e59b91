import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { createProject } from '../support/requests.js';

/** The tests of the Python service and its integration scenarios, by their names. */
const context = useApp();

describe('the tests of the old service', () => {
  it('test_health', async () => {
    const response = await context.app.inject('/health');
    expect(response.statusCode).toBe(200);
    expect(response.body).toBe('{"status":"ok"}');
  });

  it('test_version', async () => {
    const response = await context.app.inject('/version');
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual({
      name: 'secure-release-platform',
      version: '1.2.3',
      commit: '0123456789abcdef0123456789abcdef01234567',
      buildDate: '2026-01-02T03:04:05.000Z',
      build_date: '2026-01-02T03:04:05.000Z',
    });
  });

  it('test_list_projects', async () => {
    const response = await context.app.inject('/projects');
    expect(response.statusCode).toBe(200);
    expect(Array.isArray(response.json())).toBe(true);
  });
});

describe('the integration scenarios of the old service', () => {
  it('test_create_project_is_in_database', async () => {
    const { id } = await createProject(context.app, { name: 'Mon Projet', status: 'active' });
    const rows = await sql('SELECT id, name, status FROM projects');
    expect(rows).toEqual([{ id, name: 'Mon Projet', status: 'active' }]);
  });

  it('test_create_then_get_project', async () => {
    const created = await createProject(context.app, { name: 'Mon Projet', status: 'active' });
    const response = await context.app.inject(`/projects/${created.id}`);
    expect(response.statusCode).toBe(200);
    expect(response.json()).toEqual(created);
  });

  it('test_create_three_list_three', async () => {
    for (const name of ['A', 'B', 'C']) await createProject(context.app, { name });
    const projects = (await context.app.inject('/projects')).json();
    expect(projects.map(({ name }: { name: string }) => name)).toEqual(['A', 'B', 'C']);
  });

  it('test_get_unknown_project_404', async () => {
    const response = await context.app.inject('/projects/9999');
    expect(response.statusCode).toBe(404);
    expect(response.json().detail).toBe('Project not found');
  });

  it('test_empty_list', async () => {
    expect((await context.app.inject('/projects')).json()).toEqual([]);
  });
});
