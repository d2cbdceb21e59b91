import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';

export interface WaiverBody {
  id: string;
  projectId: number;
  releaseId: string | null;
  rule: string;
  about: 'policy-rule' | 'finding';
  matches?: object[];
  warnings?: string[];
  purl: string | null;
  fingerprints: string[];
  reason: string;
  state: 'requested' | 'approved' | 'expired' | 'revoked';
  expiresAt: string;
  createdAt: string;
  createdBy: string;
  approvedAt: string | null;
  approvedBy: string | null;
  revokedAt: string | null;
  revokedBy: string | null;
  revokeReason: string | null;
}

const DAY_MS = 86_400_000;

/** An instant so many days from now. */
export const inDays = (days: number) => new Date(Date.now() + days * DAY_MS).toISOString();

type Headers = Record<string, string>;

/** Requests a waiver, by default for project 1. */
export function postWaiver(app: FastifyInstance, body: object = {}, headers: Headers = {}) {
  const target = 'releaseId' in body ? {} : { projectId: 1 };
  const terms = { rule: 'CVE-2021-23337', reason: 'Never called', expiresAt: inDays(30) };
  return app.inject({
    method: 'POST',
    url: '/waivers',
    headers,
    payload: { ...target, ...terms, ...body },
  });
}

/** Requests a waiver and expects that it was created. */
export async function requested(...request: Parameters<typeof postWaiver>): Promise<WaiverBody> {
  const response = await postWaiver(...request);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

/** Sends a request to approve a waiver. */
export function approve(app: FastifyInstance, id: string, headers: Headers = {}) {
  return app.inject({ method: 'POST', url: `/waivers/${id}/approve`, headers });
}

/** Sends a request to revoke a waiver. */
export function revokeWaiver(
  app: FastifyInstance,
  id: string,
  reason = 'It is called now',
  headers: Headers = {},
) {
  return app.inject({ method: 'POST', url: `/waivers/${id}/revoke`, headers, payload: { reason } });
}
