import type { EvidenceKind } from '../../kind.js';

const example = {
  results: [
    {
      source: { path: '/src/package-lock.json', type: 'lockfile' },
      packages: [
        {
          package: { name: 'lodash', version: '4.17.20', ecosystem: 'npm' },
          vulnerabilities: [
            {
              id: 'GHSA-35jh-r3h4-6jhm',
              modified: '2026-01-05T10:00:00Z',
              schema_version: '1.7.3',
              aliases: ['CVE-2021-23337'],
              summary: 'Command Injection in lodash',
              severity: [
                { type: 'CVSS_V3', score: 'CVSS:3.1/AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:H' },
              ],
              affected: [
                {
                  package: { ecosystem: 'npm', name: 'lodash', purl: 'pkg:npm/lodash' },
                  ranges: [{ type: 'SEMVER', events: [{ introduced: '0' }, { fixed: '4.17.21' }] }],
                },
              ],
              references: [
                { type: 'ADVISORY', url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-23337' },
              ],
              database_specific: { severity: 'HIGH' },
            },
          ],
          groups: [
            {
              ids: ['GHSA-35jh-r3h4-6jhm'],
              aliases: ['CVE-2021-23337', 'GHSA-35jh-r3h4-6jhm'],
              max_severity: '7.2',
            },
          ],
        },
        { package: { name: 'left-pad', version: '1.3.0', ecosystem: 'npm' } },
      ],
    },
  ],
  experimental_config: { licenses: { summary: false, allowlist: null } },
};

/** Reports of OSV-Scanner (`osv-scanner --format json`). */
export const osv: EvidenceKind = {
  name: 'osv',
  summary:
    'Vulnerabilities and licences that OSV-Scanner 1 or 2 found (`osv-scanner scan --format json --all-packages`)',
  format: 'json',
  uploadFor: {
    vulnerability: 'osv with --all-packages',
    licence: 'osv with --all-packages and --licenses',
  },
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
