import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';

export interface WindowBody {
  id: string;
  environment: string;
  kind: 'freeze' | 'change';
  from: string | null;
  to: string | null;
  weekly: { days: string[]; from: string; to: string } | null;
  timeZone: string;
  projects: number[] | null;
  reason: string;
  state: 'open' | 'closed' | 'ended';
  until: string | null;
  createdAt: string;
  createdBy: string;
  endedAt: string | null;
  endedBy: string | null;
}

type Headers = Record<string, string>;

/** What clocks in UTC show some hours from now, as a window has it. */
export const hoursFromNow = (hours: number) =>
  new Date(Date.now() + hours * 3_600_000).toISOString().slice(0, 16);

/** Requests a window, by default a freeze of production from an hour ago until an hour from now. */
export const postWindow = (
  app: FastifyInstance,
  body: object = {},
  environment = 'production',
  headers: Headers = {},
) =>
  app.inject({
    method: 'POST',
    url: `/environments/${environment}/windows`,
    headers,
    payload: {
      kind: 'freeze',
      from: hoursFromNow(-1),
      to: hoursFromNow(1),
      timeZone: 'UTC',
      reason: 'Holidays',
      ...body,
    },
  });

/** Creates a window, and expects 201. */
export async function windowOf(...request: Parameters<typeof postWindow>): Promise<WindowBody> {
  const response = await postWindow(...request);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

/** Requests to end a window. */
export const endWindow = (
  app: FastifyInstance,
  { id, environment }: WindowBody,
  headers: Headers = {},
) => app.inject({ method: 'DELETE', url: `/environments/${environment}/windows/${id}`, headers });

/** Requests to stop production. */
export const postStop = (
  app: FastifyInstance,
  body: object = {},
  environment = 'production',
  headers: Headers = {},
) =>
  app.inject({
    method: 'POST',
    url: `/environments/${environment}/stop`,
    headers,
    payload: { reason: 'Payments fail', ...body },
  });

/** Stops production, and expects 201. */
export async function stopped(...request: Parameters<typeof postStop>) {
  const response = await postStop(...request);
  expect(response.statusCode, response.body).toBe(201);
  return response.json();
}

/** Requests to resume production. */
export const postResume = (app: FastifyInstance, headers: Headers, body: object = {}) =>
  app.inject({
    method: 'POST',
    url: '/environments/production/resume',
    headers,
    payload: { reason: 'Payments work', ...body },
  });
