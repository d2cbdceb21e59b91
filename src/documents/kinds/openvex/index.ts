import type { EvidenceKind } from '../../kind.js';

const example = {
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/shop-2026-001',
  author: 'Example Security Team <security@example.com>',
  timestamp: '2026-01-15T09:30:00Z',
  version: 1,
  statements: [
    {
      vulnerability: { name: 'CVE-2021-23337', aliases: ['GHSA-35jh-r3h4-6jhm'] },
      products: [
        {
          '@id': 'pkg:oci/shop?repository_url=registry.example.com/shop',
          subcomponents: [{ '@id': 'pkg:npm/lodash@4.17.20' }],
        },
      ],
      status: 'affected',
      action_statement: 'Update lodash to 4.17.21',
    },
  ],
};

/** OpenVEX documents of versions 0.2.0 and 0.0.1. */
export const openvex: EvidenceKind = {
  name: 'openvex',
  summary: 'VEX statements: how vulnerabilities affect a product (OpenVEX)',
  format: 'json',
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
