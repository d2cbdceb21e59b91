import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';

export interface ProjectBody {
  id: number;
  name: string;
  status: string;
  description: string | null;
  createdAt: string;
  updatedAt: string;
}

/** Creates a project, and expects 201. */
export async function createProject(
  app: FastifyInstance,
  body: Record<string, unknown> = { name: 'Mon Projet' },
): Promise<ProjectBody> {
  const response = await app.inject({ method: 'POST', url: '/projects', payload: body });
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

/** Sends a body unchanged, for tests of invalid JSON. */
export function post(app: FastifyInstance, payload: string | Buffer, type = 'application/json') {
  return app.inject({
    method: 'POST',
    url: '/projects',
    payload,
    headers: { 'content-type': type },
  });
}

/** Expects a problem (RFC 9457) with all members that this API documents, and returns it. */
export function expectProblem(response: LightMyRequestResponse, status: number, code: string) {
  expect(response.statusCode, response.body).toBe(status);
  expect(response.headers['content-type']).toMatch(/^application\/problem\+json/);
  const problem = response.json();
  expect(problem).toMatchObject({ status, code, type: `urn:srp:problem:${code}` });
  expect(problem.title).toEqual(expect.any(String));
  expect(problem.detail).toEqual(expect.any(String));
  expect(problem.instance).toEqual(expect.any(String));
  expect(problem.requestId).toBe(response.headers['x-request-id']);
  return problem;
}

/** The sorted pointers of the faulty values. */
export function pointers(problem: { errors?: { pointer: string }[] }): string[] {
  return (problem.errors ?? []).map(({ pointer }) => pointer).sort();
}

/** The URL in `Link: <…>; rel="next"`. */
export function nextPage(response: LightMyRequestResponse): string | undefined {
  return /^<(.+)>; rel="next"$/.exec(String(response.headers.link ?? ''))?.[1];
}
