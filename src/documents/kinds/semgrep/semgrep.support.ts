import { parser } from './parser.js';

/** Makes small reports for tests. */

export const SECRET = 'hunter2-hunter2/=';

export const result = (extra: object = {}, fields: object = {}) => ({
  check_id: 'js.lang.eval',
  path: 'src/a.js',
  start: { line: 3, col: 1, offset: 9 },
  end: { line: 3, col: 9, offset: 17 },
  extra: {
    message: 'Do not use eval.',
    severity: 'ERROR',
    lines: 'eval(x)',
    fingerprint: 'requires login',
    metadata: {},
    ...extra,
  },
  ...fields,
});

/** A result of Semgrep Secrets. */
export const secret = (extra: object = {}, fields: object = {}) =>
  result(
    {
      lines: `const key = "${SECRET}"`,
      message: `Key ${SECRET}`,
      metadata: { product: 'secrets', note: SECRET },
      metavars: { $1: { abstract_content: SECRET }, $KEY: { abstract_content: 'password' } },
      ...extra,
    },
    { check_id: 'secrets.generic', ...fields },
  );

/** A result of Semgrep Supply Chain. */
export const dependency = (found: object = {}, metadata: object = {}) =>
  result(
    {
      metadata: { 'sca-vuln-database-identifier': 'CVE-2021-44906', ...metadata },
      sca_info: {
        reachable: false,
        dependency_match: {
          lockfile: 'web/package-lock.json',
          found_dependency: {
            package: 'minimist',
            version: '1.2.5',
            ecosystem: 'npm',
            ...found,
          },
        },
      },
    },
    { check_id: 'ssc-01234567-89ab-4cde-8f01-23456789abcd' },
  );

export const report = (results: unknown[], more: object = {}) => ({
  version: '1.99.0',
  results,
  errors: [],
  paths: { scanned: ['src/a.js', 'src/b.js'] },
  ...more,
});

export const context = { secretKey: new Uint8Array(32).fill(7) };
export const parse = (document: unknown) => parser.parse(document, context);
export const findings = (...results: unknown[]) => parse(report(results)).findings ?? [];
