import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';

export interface DeploymentBody {
  id: string;
  environment: string;
  projectId: number;
  releaseId: string;
  release: { version: string; state: string };
  links: { title: string; url: string }[];
  createdAt: string;
  createdBy: string;
  decision: string;
  verdictId: string | null;
  state: string;
  authorization: string;
  judgedVerdictId: string | null;
  endedAt: string | null;
  endedBy: string | null;
}

/** Requests a deployment record. */
export function postDeployment(
  app: FastifyInstance,
  releaseId: string,
  environment = 'production',
  headers: Record<string, string> = {},
  more: object = {},
) {
  return app.inject({
    method: 'POST',
    url: `/environments/${environment}/deployments`,
    headers,
    payload: { releaseId, ...more },
  });
}

/** Records a deployment, and expects 201. */
export async function deployed(
  ...request: Parameters<typeof postDeployment>
): Promise<DeploymentBody> {
  const response = await postDeployment(...request);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}
