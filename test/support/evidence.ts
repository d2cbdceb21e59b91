import { once } from 'node:events';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import type { FastifyInstance, LightMyRequestResponse } from 'fastify';
import { expect } from 'vitest';
import { sql } from './database.js';

export interface EvidenceBody {
  id: string;
  kind: string;
  status: string;
  label: string | null;
  artifact: string | null;
  summary: Record<string, Record<string, unknown>> & { masked?: boolean };
  receivedSha256: string;
  storedSha256: string;
  createdAt: string;
  lastReceivedAt: string;
  supersededAt: string | null;
  supersededBy: string | null;
}

export interface UploadOptions {
  kind?: string;
  label?: string;
  artifact?: string;
  scanners?: string;
  /** Media type. Default: JSON. */
  type?: string;
  headers?: Record<string, string>;
}

/** Sends a document: text and bytes unchanged, anything else as JSON. */
export function upload(
  app: FastifyInstance,
  releaseId: string,
  document: unknown,
  { type = 'application/json', headers, ...query }: UploadOptions = {},
): Promise<LightMyRequestResponse> {
  const isRaw = typeof document === 'string' || Buffer.isBuffer(document);
  return app.inject({
    method: 'POST',
    url: `/releases/${releaseId}/evidence`,
    query,
    payload: isRaw ? document : JSON.stringify(document),
    headers: { 'content-type': type, ...headers },
  });
}

/** Uploads a document, expects 201, and returns the evidence without what is said about its upload. */
export async function uploaded(
  ...request: Parameters<typeof upload>
): Promise<Readonly<EvidenceBody>> {
  const response = await upload(...request);
  expect(response.statusCode, response.body).toBe(201);
  const { supersedes: _supersedes, warnings: _warnings, ...evidence } = response.json();
  return evidence;
}

/**
 * Sends a document in pieces to a listening application, without Content-Length unless `headers` has it.
 * @param end if false, the request stays open after the last piece
 */
export function sendInPieces(
  app: FastifyInstance,
  releaseId: string,
  pieces: Iterable<string | Buffer>,
  headers: Record<string, string> = {},
  end = true,
) {
  const address = app.server.address();
  const request = httpRequest({
    host: '127.0.0.1',
    port: typeof address === 'object' ? address?.port : undefined,
    path: `/releases/${releaseId}/evidence`,
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
  });
  const read = async () => {
    const [response] = (await once(request, 'response')) as [IncomingMessage];
    return { status: response.statusCode, body: await text(response) };
  };
  const write = async () => {
    request.flushHeaders();
    for (const piece of pieces) if (!request.write(piece)) await once(request, 'drain');
    if (end) request.end();
  };
  const answer = read();
  write().catch(() => {}); // a failure also rejects `answer`
  return { request, answer };
}

/** Requests the retraction of evidence. */
export function retract(
  app: FastifyInstance,
  id: string,
  reason = 'Scan of another image',
  headers: Record<string, string> = {},
): Promise<LightMyRequestResponse> {
  const url = `/evidence/${id}/retract`;
  return app.inject({ method: 'POST', url, headers, payload: { reason } });
}

const TABLES = [
  'evidence',
  'documents',
  'document_chunks',
  'components',
  'findings',
  'claims',
  'vulnerability_aliases',
] as const;

/** Counts the rows of each table that uploads write to. */
export async function rowCounts(): Promise<Record<(typeof TABLES)[number], number>> {
  const counts = TABLES.map((table) => `(SELECT count(*)::int FROM ${table}) AS ${table}`);
  const [row] = await sql<Record<(typeof TABLES)[number], number>>(`SELECT ${counts}`);
  if (!row) throw new Error('no row');
  return row;
}

export const NO_ROWS = Object.fromEntries(TABLES.map((table) => [table, 0]));
