import { readFileSync } from 'node:fs';
import { faultOf } from '../../fault.support.js';
import { parser } from './parser.js';

/** Makes small reports for tests. */

export const fixture = () =>
  JSON.parse(readFileSync(new URL('./fixtures/report.json', import.meta.url), 'utf8'));

export const parse = (document: unknown) =>
  parser.parse(document, { secretKey: new Uint8Array(32) });
export const match = (vulnerability: object = {}, rest: object = {}) => ({
  vulnerability: { id: 'CVE-2024-1', severity: 'High', ...vulnerability },
  artifact: { name: 'left-pad', version: '1.0.0', purl: 'pkg:npm/left-pad@1.0.0' },
  ...rest,
});
/** With a distribution and a database, so that the silence of a report shows a scan. */
export const report = (...matches: unknown[]) => ({
  matches,
  distro: { name: 'debian', version: '12' },
  descriptor: { name: 'grype', db: { valid: true } },
});
export const only = (...matches: unknown[]) => parse(report(...matches)).findings?.[0];
export const withIgnored = (matches: unknown[], ignoredMatches: unknown[]) =>
  parse({ ...report(...matches), ignoredMatches });
export const fault = (document: unknown) => faultOf(() => parse(document));
