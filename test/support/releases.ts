import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import { createProject } from './requests.js';

export const COMMIT = '8f3c2a1b9d4e5f60718293a4b5c6d7e8f9012345';

/** A different digest for each number. */
export const digest = (n: number) => n.toString(16).padStart(64, '0');

export interface ReleaseBody {
  id: string;
  projectId: number;
  version: string;
  commit: string;
  branch: string | null;
  notes: string | null;
  links: { title: string; url: string }[];
  state: 'open' | 'sealed' | 'revoked';
  sealedAt: string | null;
  sealedBy: string | null;
  revokedAt: string | null;
  revokedBy: string | null;
  revokedReason: string | null;
  createdAt: string;
  createdBy: string;
  updatedAt: string;
  updatedBy: string;
}

type Description = Partial<
  Pick<ReleaseBody, 'version' | 'commit' | 'branch' | 'notes' | 'links' | 'projectId'>
>;

/** Registers a release, by default in a new project, and expects 201. */
export async function createRelease(
  app: FastifyInstance,
  { projectId, headers, ...body }: Description & { headers?: Record<string, string> } = {},
): Promise<ReleaseBody> {
  const id = projectId ?? (await createProject(app)).id;
  const response = await app.inject({
    method: 'POST',
    url: `/projects/${id}/releases`,
    ...(headers && { headers }),
    payload: { version: '1.0.0', commit: COMMIT, ...body },
  });
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

/** Adds an artifact, expects 201, and returns its digest. */
export async function addArtifact(
  app: FastifyInstance,
  releaseId: string,
  body: {
    sha256?: string;
    purl?: string;
    name?: string;
    kind?: string;
    digests?: string[];
  } = {},
): Promise<string> {
  const response = await app.inject({
    method: 'POST',
    url: `/releases/${releaseId}/artifacts`,
    payload: { name: 'image', kind: 'container', sha256: digest(1), ...body },
  });
  expect(response.statusCode, response.body).toBe(201);
  return response.json().sha256;
}

/** Requests to seal a release. */
export function seal(
  app: FastifyInstance,
  releaseId: string,
  headers: Record<string, string> = {},
) {
  return app.inject({ method: 'POST', url: `/releases/${releaseId}/seal`, headers });
}

/** Requests to revoke a release. */
export function revoke(
  app: FastifyInstance,
  releaseId: string,
  reason = 'Charges the fee twice',
  headers: Record<string, string> = {},
) {
  const url = `/releases/${releaseId}/revoke`;
  return app.inject({ method: 'POST', url, headers, payload: { reason } });
}
