import { parser } from './parser.js';

/** Makes small reports for tests. */

export const SECRET = 'zQ8/+k3?Lw 9xV=Tn';
export const COMMIT = '3f1c2a9b7d5e4c6f8a0b1c2d3e4f5a6b7c8d9e0f';

export const leak = (fields: Record<string, unknown> = {}) => ({
  RuleID: 'generic-api-key',
  Description: 'Generic API key',
  StartLine: 21,
  StartColumn: 10,
  Match: `key = "${SECRET}"`,
  Secret: SECRET,
  File: 'src/api.py',
  Commit: COMMIT,
  Date: '2026-01-15T09:30:00Z',
  Message: 'Add the client',
  Tags: [],
  Fingerprint: `${COMMIT}:src/api.py:generic-api-key:21`,
  ...fields,
});

export const context = { secretKey: new Uint8Array(32).fill(7) };
export const parse = (document: unknown) => parser.parse(document, context);
export const findings = (...leaks: unknown[]) => parse(leaks).findings ?? [];
export const fingerprints = (...leaks: unknown[]) => findings(...leaks).map((f) => f.fingerprint);
