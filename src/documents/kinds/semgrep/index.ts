import type { EvidenceKind } from '../../kind.js';

const example = {
  version: '1.99.0',
  results: [
    {
      check_id: 'javascript.lang.security.audit.example-eval',
      path: 'src/orders.js',
      start: { line: 3, col: 1, offset: 40 },
      end: { line: 3, col: 12, offset: 51 },
      extra: {
        message: 'The argument of eval comes from the request.',
        metadata: { cwe: ['CWE-95: Eval Injection'], category: 'security', confidence: 'HIGH' },
        severity: 'ERROR',
        fingerprint: 'requires login',
        lines: 'requires login',
        engine_kind: 'OSS',
      },
    },
  ],
  errors: [],
  paths: { scanned: ['src/orders.js', 'src/shop.js'] },
  engine_requested: 'OSS',
  skipped_rules: [],
};

/** Reports of Semgrep (`semgrep scan --json`, `semgrep ci --json`). */
export const semgrep: EvidenceKind = {
  name: 'semgrep',
  summary:
    'Results of Semgrep (`semgrep scan --json`): code, secrets and, of Supply Chain, vulnerabilities',
  format: 'json',
  uploadFor: { code: 'semgrep' },
  alsoReports: ['vulnerability', 'secret'],
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
