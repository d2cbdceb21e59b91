import { readFileSync } from 'node:fs';
import { faultOf } from '../../fault.support.js';
import { parser } from './parser.js';

/** Makes small reports for tests. */

export const fixture = () =>
  JSON.parse(readFileSync(new URL('./fixtures/document.json', import.meta.url), 'utf8'));

export const DIGEST = 'sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
export const HEX = DIGEST.slice(7);
export const parse = (document: unknown) =>
  parser.parse(document, { secretKey: new Uint8Array(32) });
export const vex = (...statements: unknown[]) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  timestamp: '2026-01-15T00:00:00Z',
  statements,
});
export const statement = (fields: object = {}) => ({
  vulnerability: { name: 'CVE-2024-1' },
  products: [{ '@id': 'pkg:npm/shop@1' }],
  status: 'fixed',
  ...fields,
});
export const claims = (...statements: unknown[]) => parse(vex(...statements)).claims ?? [];
export const targets = (fields: object) =>
  claims(statement(fields)).map(({ purl, products }) => [purl, products]);
export const fault = (document: unknown) => faultOf(() => parse(document));
