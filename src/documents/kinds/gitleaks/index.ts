import type { EvidenceKind } from '../../kind.js';

const example = [
  {
    RuleID: 'generic-api-key',
    Description: 'Detected a Generic API Key, potentially exposing access to various services.',
    StartLine: 12,
    EndLine: 12,
    StartColumn: 2,
    EndColumn: 38,
    Match: 'api_key = "example0123456789abcdef"',
    Secret: 'example0123456789abcdef',
    File: 'deploy/settings.toml',
    SymlinkFile: '',
    Commit: '3f1c2a9b7d5e4c6f8a0b1c2d3e4f5a6b7c8d9e0f',
    Entropy: 4.13,
    Author: 'Sam Example',
    Email: 'sam@example.com',
    Date: '2026-01-15T09:30:00Z',
    Message: 'Add settings',
    Tags: [],
    Fingerprint: '3f1c2a9b7d5e4c6f8a0b1c2d3e4f5a6b7c8d9e0f:deploy/settings.toml:generic-api-key:12',
  },
];

/** Reports of Gitleaks 8. Without findings, they are `[]` or `null`, and callers must add `?kind=gitleaks`. */
export const gitleaks: EvidenceKind = {
  name: 'gitleaks',
  summary: 'Secrets that Gitleaks 8 found in files or commits. The secrets are not stored',
  format: 'json',
  uploadFor: { secret: 'gitleaks' },
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
