import { readFileSync } from 'node:fs';
import { faultOf } from '../../fault.support.js';
import type { Finding } from '../../kind.js';
import { parser } from './parser.js';

/** Makes small reports for tests. */

export const image = () =>
  JSON.parse(readFileSync(new URL('./fixtures/image.json', import.meta.url), 'utf8'));

const secretKey = new Uint8Array(32).fill(7);
export const parse = (document: unknown) => parser.parse(document, { secretKey });
export const report = (...Results: unknown[]) => ({ SchemaVersion: 2, ArtifactName: 'x', Results });
export const findings = (...Results: unknown[]): readonly Finding[] =>
  parse(report(...Results)).findings ?? [];
export const vulnerability = (fields: object = {}, type = 'npm') =>
  findings({
    Target: 'package-lock.json',
    Type: type,
    Vulnerabilities: [
      { VulnerabilityID: 'CVE-2024-1', PkgName: 'left-pad', InstalledVersion: '1.0.0', ...fields },
    ],
  })[0];
export const fault = (document: unknown) => faultOf(() => parse(document));
