import { faultOf } from '../../fault.support.js';
import { parser } from './parser.js';

/** Makes small reports for tests. */

export const parse = (document: unknown) =>
  parser.parse(document, { secretKey: new Uint8Array(32) });

export const config = { licenses: { summary: false, allowlist: null as string[] | null } };

export const lodash = { name: 'lodash', version: '4.17.20', ecosystem: 'npm' };

export const record = (fields: object = {}) => ({ id: 'GHSA-35jh-r3h4-6jhm', ...fields });

/** A package with its vulnerabilities. Each is in its own group, unless groups are given. */
export const vulnerable = (records: { id: string }[], fields: object = {}) => ({
  package: lodash,
  vulnerabilities: records,
  groups: records.map(({ id }) => ({ ids: [id] })),
  ...fields,
});

export const source = (
  packages: unknown[],
  path = '/src/package-lock.json',
  type = 'lockfile',
) => ({
  source: { path, type },
  packages,
});

/** A report of one lock file. */
export const report = (packages: unknown[], fields: object = {}) => ({
  results: [source(packages)],
  experimental_config: config,
  ...fields,
});

export const only = (...packages: unknown[]) => parse(report(packages)).findings?.[0];

export const fault = (document: unknown) => faultOf(() => parse(document));
