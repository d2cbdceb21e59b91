import type { EvidenceKind } from '../../kind.js';

/** SBOMs and VEX in CycloneDX format. */
export const cyclonedx: EvidenceKind = {
  name: 'cyclonedx',
  summary: 'CycloneDX 1.2 to 1.7, JSON: components, vulnerabilities and their analysis (VEX)',
  format: 'json',
  uploadFor: { components: 'cyclonedx' },
  alsoReports: ['vulnerability'],
  mediaType: 'application/vnd.cyclonedx+json',
  example: {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:5c1a7d3e-2f64-4b8e-9a51-0d6f3b9c7e12',
    version: 1,
    metadata: {
      timestamp: '2026-01-15T09:30:00Z',
      tools: { components: [{ type: 'application', name: 'cdxgen', version: '11.2.0' }] },
      component: {
        type: 'application',
        name: 'shop',
        version: '2.4.0',
        'bom-ref': 'pkg:npm/shop@2.4.0',
      },
    },
    components: [
      {
        type: 'library',
        name: 'lodash',
        version: '4.17.20',
        purl: 'pkg:npm/lodash@4.17.20',
        'bom-ref': 'pkg:npm/lodash@4.17.20',
        licenses: [{ license: { id: 'MIT' } }],
      },
    ],
    vulnerabilities: [
      {
        id: 'CVE-2021-23337',
        source: { name: 'NVD', url: 'https://nvd.nist.gov/vuln/detail/CVE-2021-23337' },
        ratings: [{ source: { name: 'NVD' }, score: 7.2, severity: 'high', method: 'CVSSv31' }],
        description: 'Command injection through the template function.',
        affects: [{ ref: 'pkg:npm/lodash@4.17.20' }],
        analysis: {
          state: 'exploitable',
          response: ['update'],
          detail: 'The template function receives user input.',
          lastUpdated: '2026-01-15T09:30:00Z',
        },
      },
    ],
  },
  load: () => import('./parser.js').then(({ parser }) => parser),
};
