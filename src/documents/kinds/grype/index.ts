import type { EvidenceKind } from '../../kind.js';

const example = {
  matches: [
    {
      vulnerability: {
        id: 'GHSA-35jh-r3h4-6jhm',
        dataSource: 'https://github.com/advisories/GHSA-35jh-r3h4-6jhm',
        namespace: 'github:language:javascript',
        severity: 'High',
        description: 'Command Injection in lodash',
        cvss: [
          {
            version: '3.1',
            vector: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H',
            metrics: { baseScore: 7.2 },
          },
        ],
        fix: { versions: ['4.17.21'], state: 'fixed' },
      },
      relatedVulnerabilities: [{ id: 'CVE-2021-23337', namespace: 'nvd:cpe', severity: 'High' }],
      artifact: {
        name: 'lodash',
        version: '4.17.20',
        type: 'npm',
        locations: [{ path: '/app/package-lock.json' }],
        purl: 'pkg:npm/lodash@4.17.20',
      },
    },
  ],
  source: { type: 'directory', target: '/app' },
  descriptor: { name: 'grype', version: '0.92.2' },
};

/** Reports of Grype (`grype -o json`). */
export const grype: EvidenceKind = {
  name: 'grype',
  summary: 'Vulnerabilities that Grype found (`grype -o json`). Ignored matches are claims',
  format: 'json',
  uploadFor: { vulnerability: 'grype' },
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
