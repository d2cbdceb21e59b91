import type { FastifyInstance } from 'fastify';
import { expect } from 'vitest';
import type { Risk } from '../../src/engine/index.js';
import { giveToken, type Holder } from './callers.js';
import { sql } from './database.js';
import { guard, type ResultBody } from './verdicts.js';

type Headers = Record<string, string>;

export interface ApprovalBody {
  id: string;
  environment: string;
  decision: 'approve' | 'reject';
  seen: string;
  person: string;
  groups: string[];
  via: string;
  reason: string | null;
  withdrawnBy: string | null;
  state: 'given' | 'void' | 'withdrawn';
  because: string[];
}

export interface BriefBody {
  seen: string;
  decision: 'allow' | 'deny';
  results: ResultBody[];
  asked: ResultBody[];
  said: ApprovalBody[];
  findings: Record<'new' | 'worse' | 'counted', { total: number; named: { rule: string }[] }>;
  waivers: { id: string }[];
  tests: { tests: number; failures: number };
  changes: { from: { version: string } | null; to: { version: string }; diff: string | null };
  warnings: string[];
  risk: Risk;
}

/** A token of a person, by the word of an admin. */
export const person = (subject = 'alice'): Promise<Holder> => giveToken({ subject, person: true });

/** The rule `approvals`, by default one approval of any person. */
export const asking = (rest: object = {}) => ({ rule: 'approvals', mode: 'block', ...rest });

/** An environment `gate` that asks for approvals, and has these other rules. */
export const guardAsking = (app: FastifyInstance, rest: object = {}, ...others: object[]) =>
  guard(app, [...others, asking(rest)]);

export async function readBrief(
  app: FastifyInstance,
  releaseId: string,
  { environment = 'gate', headers = {} }: { environment?: string; headers?: Headers } = {},
): Promise<BriefBody> {
  const response = await app.inject({
    url: `/releases/${releaseId}/decision-brief`,
    query: { environment },
    headers,
  });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

export const postApproval = (
  app: FastifyInstance,
  releaseId: string,
  payload: object,
  headers: Headers,
) => app.inject({ method: 'POST', url: `/releases/${releaseId}/approvals`, payload, headers });

/** Reads the brief as this person, and says something about it. */
export async function say(
  app: FastifyInstance,
  releaseId: string,
  { headers }: Pick<Holder, 'headers'>,
  body: object = {},
): Promise<ApprovalBody> {
  const { environment = 'gate' } = body as { environment?: string };
  const { seen } = await readBrief(app, releaseId, { environment, headers });
  const all = { environment, decision: 'approve', seen, ...body };
  const response = await postApproval(app, releaseId, all, headers);
  expect([200, 201], response.body).toContain(response.statusCode);
  return response.json()[0];
}

export const withdraw = (app: FastifyInstance, id: string, headers: Headers, reason = 'A leak') =>
  app.inject({
    method: 'POST',
    url: `/approvals/${id}/withdraw`,
    headers,
    payload: { reason },
  });

export const inbox = async (app: FastifyInstance, query: Headers, headers: Headers = {}) => {
  const response = await app.inject({ url: '/approvals', query, headers });
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
};

/** Moves all approvals into the past. */
export const ageApprovals = (days: number) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE approvals SET given_at = given_at - interval '${days} days'; COMMIT`);
