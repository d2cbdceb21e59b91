import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import type { BreakGlassState } from '../../src/features/break-glass/break-glass.schemas.js';
import { giveToken, type Holder } from './callers.js';
import { sql } from './database.js';
import { type DeploymentBody, deployed } from './deployments.js';
import { assertRelease } from './verdicts.js';

type Headers = Record<string, string>;

export interface BreakGlassBody {
  id: string;
  projectId: number;
  releaseId: string;
  release: { version: string };
  environment: string;
  reason: string;
  minutes: number;
  force: boolean;
  state: BreakGlassState;
  requestedAt: string;
  requestedBy: string;
  requestedVia: string;
  confirmUntil: string | null;
  confirmedAt: string | null;
  confirmedBy: string | null;
  openedAt: string | null;
  endsAt: string | null;
  endedAt: string | null;
  endedBy: string | null;
  endedBecause: string | null;
  reviewDueAt: string | null;
  review: { finding: string; actions: string[]; reviewedBy: string } | null;
  next: string;
}

/** A token of a person, by the word of an admin. */
export const person = (subject = 'alice'): Promise<Holder> => giveToken({ subject, person: true });

/** Requests to break the glass, by default for production. */
export const postBreakGlass = (
  app: FastifyInstance,
  releaseId: string,
  headers: Headers,
  body: object = {},
) =>
  app.inject({
    method: 'POST',
    url: `/releases/${releaseId}/break-glass`,
    headers,
    payload: { environment: 'production', reason: 'Payments fail', minutes: 60, ...body },
  });

/** Requests an act of `/break-glass/{id}`. */
export const postAct = (
  app: FastifyInstance,
  id: string,
  act: 'confirm' | 'end' | 'review',
  headers: Headers,
  body?: object,
) =>
  app.inject({
    method: 'POST',
    url: `/break-glass/${id}/${act}`,
    headers,
    ...(body && { payload: body }),
  });

/** The same, and expects 200. */
export async function acted(...request: Parameters<typeof postAct>): Promise<BreakGlassBody> {
  const response = await postAct(...request);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

/** Breaks the glass as alice; with `force`, bob confirms it. Expects that it is open. */
export async function broken(
  app: FastifyInstance,
  releaseId: string,
  body: object = {},
): Promise<BreakGlassBody> {
  const response = await postBreakGlass(app, releaseId, (await person()).headers, body);
  expect(response.statusCode, response.body).toBe(201);
  const made: BreakGlassBody = response.json();
  const open = made.force
    ? await acted(app, made.id, 'confirm', (await person('bob')).headers)
    : made;
  expect(open.state).toBe('open');
  return open;
}

/**
 * Records a deployment that a person lets pass, whatever rules deny it. The glass is whole afterwards.
 * @param guarded an application that authenticates callers
 */
export async function deployedAnyway(
  guarded: FastifyInstance,
  releaseId: string,
  environment = 'production',
): Promise<DeploymentBody> {
  const { id } = await broken(guarded, releaseId, { environment });
  const { headers } = await giveToken({ subject: 'admin' });
  const deployment = await deployed(guarded, releaseId, environment, headers);
  await acted(guarded, id, 'end', headers);
  return deployment;
}

/** What a review can say. */
export const REVIEW = { finding: 'The scan was late: "é"', actions: ['Alert', 'Scan at night'] };

/** Moves all break-glasses into the past. */
export const ageBreakGlass = (interval: string) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE break_glasses SET requested_at = requested_at - interval '${interval}',
              confirmed_at = confirmed_at - interval '${interval}', opened_at = opened_at - interval '${interval}',
              ends_at = ends_at - interval '${interval}', ended_at = ended_at - interval '${interval}',
              reminded_at = reminded_at - interval '${interval}'; COMMIT`);

/** What the gate says of production: the decision, and whether a break-glass is the reason. */
export async function gateSays(app: FastifyInstance, release: string, query: Headers = {}) {
  const response = await assertRelease(app, { release, ...query });
  expect([200, 409], response.body).toContain(response.statusCode);
  const { breakGlass, decision, overrides = [] } = response.json();
  return {
    said: breakGlass ? 'break-glass' : decision,
    overrides: overrides as string[],
    response,
  };
}
