import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';

export interface PolicyBody {
  id: string;
  name: string;
  description: string | null;
  version: number;
  sha256: string;
  rules: Record<string, unknown>[];
  createdAt: string;
  createdBy: string;
}

/** A rule without parameters. */
export const SEALED = { rule: 'sealed-only', mode: 'block' };

/** Sends a request to create a policy. */
export function postPolicy(
  app: FastifyInstance,
  body: unknown,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method: 'POST',
    url: '/policies',
    headers: { 'content-type': 'application/json', ...headers },
    payload: JSON.stringify(body),
  });
}

/** Creates a policy through the API. */
export async function createPolicy(
  app: FastifyInstance,
  name = 'shop',
  rules: object[] = [SEALED],
): Promise<PolicyBody> {
  const response = await postPolicy(app, { name, rules });
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

/** Sends a request to create a version of a policy. */
export function postVersion(
  app: FastifyInstance,
  name: string,
  rules: unknown,
  headers: Record<string, string> = {},
) {
  return app.inject({
    method: 'POST',
    url: `/policies/${name}/versions`,
    headers,
    payload: { rules },
  });
}
