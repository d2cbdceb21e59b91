import type { EvidenceKind } from '../../kind.js';

/** SBOMs in SPDX format. */
export const spdx: EvidenceKind = {
  name: 'spdx',
  summary: 'SPDX 2.2 and 2.3, JSON, also as exported by GitHub: packages and their licences',
  format: 'json',
  uploadFor: { components: 'spdx' },
  mediaType: 'application/spdx+json',
  example: {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: 'shop@2.4.0',
    documentNamespace: 'https://example.com/spdx/shop-2.4.0',
    creationInfo: { created: '2026-01-15T09:30:00Z', creators: ['Tool: syft-1.18.0'] },
    packages: [
      {
        SPDXID: 'SPDXRef-Package-shop',
        name: 'shop',
        versionInfo: '2.4.0',
        downloadLocation: 'NOASSERTION',
        primaryPackagePurpose: 'APPLICATION',
      },
      {
        SPDXID: 'SPDXRef-Package-lodash',
        name: 'lodash',
        versionInfo: '4.17.21',
        downloadLocation: 'https://registry.npmjs.org/lodash/-/lodash-4.17.21.tgz',
        licenseConcluded: 'NOASSERTION',
        licenseDeclared: 'MIT',
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: 'pkg:npm/lodash@4.17.21',
          },
        ],
      },
    ],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relationshipType: 'DESCRIBES',
        relatedSpdxElement: 'SPDXRef-Package-shop',
      },
      {
        spdxElementId: 'SPDXRef-Package-shop',
        relationshipType: 'DEPENDS_ON',
        relatedSpdxElement: 'SPDXRef-Package-lodash',
      },
    ],
  },
  load: () => import('./parser.js').then(({ parser }) => parser),
};
