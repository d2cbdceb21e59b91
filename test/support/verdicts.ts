import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { giveToken } from './callers.js';
import { sql } from './database.js';
import { bom, junit, trivy } from './documents.js';
import { uploaded } from './evidence.js';
import { createPolicy } from './policies.js';
import { approve, requested, type WaiverBody } from './waivers.js';

export interface ResultBody {
  policy: string | null;
  policyVersion: number | null;
  rule: string;
  mode: 'block' | 'warn';
  status: 'pass' | 'fail' | 'not-evidenced' | 'error';
  denies: boolean;
  message: string;
  evidence: string[];
  findings: { rule: string; severity: string; purl: string | null }[];
  waivers: string[];
  approvals?: { id: string; person: string; state: string; because: string[] }[];
  overridden?: boolean;
}

export interface VerdictBody {
  id: string | null;
  releaseId: string;
  projectId: number;
  environment: string;
  decision: 'allow' | 'deny';
  /** Absent without a break-glass. */
  breakGlass?: boolean;
  overrides?: string[];
  inputsHash: string;
  results: ResultBody[];
  evaluatedAt: string;
  createdBy: string;
  verdictHash: string;
  /** Null: it does not hold. */
  decidedAt: string | null;
  decidedBy: string | null;
  /** Absent in lists. */
  askedAt?: string;
  askedBy?: string;
  validUntil?: string | null;
  opensAt?: string | null;
  closesAt?: string | null;
}

type Headers = Record<string, string>;

/** A verdict as lists show it, if it still holds or does not any more. */
export function listed({ askedAt: _at, askedBy: _by, ...asked }: VerdictBody, holds = true) {
  const { validUntil: _until, opensAt: _opens, closesAt: _closes, ...verdict } = asked;
  return holds ? verdict : { ...verdict, decidedAt: null, decidedBy: null };
}

/** Requests a verdict, by default for production. */
export function postVerdict(
  app: FastifyInstance,
  releaseId: string,
  body: object = {},
  headers: Headers = {},
): Promise<LightMyRequestResponse> {
  return app.inject({
    method: 'POST',
    url: `/releases/${releaseId}/verdicts`,
    headers,
    payload: { environment: 'production', ...body },
  });
}

/** Requests a verdict, and expects 200 or 201. */
export async function verdictOf(...request: Parameters<typeof postVerdict>): Promise<VerdictBody> {
  const response = await postVerdict(...request);
  expect([200, 201], response.body).toContain(response.statusCode);
  return response.json();
}

/** Calls `GET /assert`, by default for production. */
export const assertRelease = (
  app: FastifyInstance,
  query: Record<string, string>,
  headers: Headers = {},
) => app.inject({ url: '/assert', query: { environment: 'production', ...query }, headers });

/** The denying rules and their messages. */
export const denials = ({ results }: Pick<VerdictBody, 'results'>) =>
  results.filter(({ denies }) => denies).map(({ rule, message }) => `${rule}: ${message}`);

/** Number of stored verdicts. */
export const keptVerdicts = async () => (await sql('SELECT 1 FROM verdicts')).length;

export const XML = { type: 'application/xml' };

/** Uploads all evidence that `baseline` requires, without findings. */
export async function evidenceOfAll(app: FastifyInstance, releaseId: string) {
  return {
    tests: await uploaded(app, releaseId, junit('passed', 'passed'), { ...XML, label: 'tests' }),
    sbom: await uploaded(app, releaseId, bom([{ licence: 'MIT' }]), { label: 'sbom' }),
    scan: await uploaded(app, releaseId, trivy(), { label: 'scan' }),
    secrets: await uploaded(app, releaseId, [], { kind: 'gitleaks', label: 'secrets' }),
  };
}

/** Creates an environment and a policy for it, both with this name. */
export async function guard(app: FastifyInstance, rules: object[], name = 'gate'): Promise<string> {
  await createPolicy(app, name, rules);
  const response = await app.inject({
    method: 'POST',
    url: '/environments',
    payload: { name, rank: 15, policies: [{ name }] },
  });
  expect(response.statusCode, response.body).toBe(201);
  return name;
}

/** The result of an environment's only rule for a release. */
export async function resultOf(app: FastifyInstance, releaseId: string, environment = 'gate') {
  const { decision, results } = await verdictOf(app, releaseId, { environment });
  expect(results).toHaveLength(1);
  const [result] = results as [ResultBody];
  expect(decision).toBe(result.denies ? 'deny' : 'allow');
  return result;
}

/** Requests a waiver as alice and approves it as bob, with an application that authenticates callers. */
export async function waived(guarded: FastifyInstance, body: object = {}): Promise<WaiverBody> {
  const [alice, bob] = [await giveToken(), await giveToken({ subject: 'bob' })];
  const { id } = await requested(guarded, body, alice.headers);
  const response = await approve(guarded, id, bob.headers);
  expect(response.statusCode, response.body).toBe(200);
  return response.json();
}

/** Moves all waivers into the past. */
export const ageWaivers = (days: number) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE waivers SET created_at = created_at - interval '${days} days',
                          expires_at = expires_at - interval '${days} days'; COMMIT`);

/** Moves all evidence into the past. */
export const ageEvidence = (days: number) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE evidence SET created_at = created_at - interval '${days} days',
                           last_received_at = last_received_at - interval '${days} days'; COMMIT`);

/** Moves all stored documents into the past, as if their bytes had been received then. */
export const ageDocuments = (days: number) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE documents SET created_at = created_at - interval '${days} days'; COMMIT`);

/** Writes what evidence covers. Null: as evidence from before coverage was stored. */
export const writeCoverage = (id: string, coverage: object[] | null) =>
  sql(`BEGIN; SET LOCAL session_replication_role = replica;
       UPDATE evidence SET summary = (summary - 'coverage')
              ${coverage ? `|| '${JSON.stringify({ shows: [], coverage })}'` : ''}
        WHERE id = '${id}'; COMMIT`);
