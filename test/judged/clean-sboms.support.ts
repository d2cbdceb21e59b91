import { digest } from '../support/releases.js';

/** SBOMs as Syft writes them. */

const NAME = 'registry.example.org/shop';
const MANIFEST = `sha256:${digest(7)}`;
const today = new Date().toISOString();

export const SBOMS: Readonly<Record<string, unknown>> = {
  'Syft as CycloneDX': {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: 'urn:uuid:3e671687-395b-41f5-a30f-a58921a69b79',
    version: 1,
    metadata: {
      timestamp: today,
      tools: {
        components: [{ type: 'application', author: 'anchore', name: 'syft', version: '1.38.0' }],
      },
      component: { 'bom-ref': '1a', type: 'container', name: `${NAME}:1.0.0`, version: MANIFEST },
      properties: [{ name: 'syft:image:labels:maintainer', value: 'shop' }],
    },
    components: [
      {
        'bom-ref': 'pkg:deb/debian/adduser@3.134?arch=all&distro=debian-12&package-id=1',
        type: 'library',
        publisher: 'Debian',
        name: 'adduser',
        version: '3.134',
        licenses: [{ license: { id: 'GPL-2.0-only' } }],
        cpe: 'cpe:2.3:a:adduser:adduser:3.134:*:*:*:*:*:*:*',
        purl: 'pkg:deb/debian/adduser@3.134?arch=all&distro=debian-12',
        properties: [{ name: 'syft:package:type', value: 'deb' }],
      },
      {
        'bom-ref': 'os:debian@12',
        type: 'operating-system',
        name: 'debian',
        version: '12',
        description: 'Debian GNU/Linux 12 (bookworm)',
        swid: { tagId: 'debian', name: 'debian', version: '12' },
        externalReferences: [{ url: 'https://bugs.debian.org/', type: 'issue-tracker' }],
      },
    ],
    dependencies: [],
  },
  'Syft as SPDX': {
    spdxVersion: 'SPDX-2.3',
    dataLicense: 'CC0-1.0',
    SPDXID: 'SPDXRef-DOCUMENT',
    name: NAME,
    documentNamespace: 'https://anchore.com/syft/image/shop-1',
    creationInfo: {
      licenseListVersion: '3.27',
      creators: ['Organization: Anchore, Inc', 'Tool: syft-1.38.0'],
      created: today.replace(/\.\d+/, ''),
    },
    packages: [
      {
        name: 'adduser',
        SPDXID: 'SPDXRef-Package-deb-adduser-1',
        versionInfo: '3.134',
        supplier: 'Person: Debian',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: true,
        packageVerificationCode: { packageVerificationCodeValue: '1'.repeat(40) },
        licenseConcluded: 'NOASSERTION',
        licenseDeclared: 'GPL-2.0-only',
        copyrightText: 'NOASSERTION',
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: 'pkg:deb/debian/adduser@3.134?arch=all&distro=debian-12',
          },
        ],
      },
      {
        name: NAME,
        SPDXID: 'SPDXRef-DocumentRoot-Image-shop',
        versionInfo: '1.0.0',
        supplier: 'NOASSERTION',
        downloadLocation: 'NOASSERTION',
        filesAnalyzed: false,
        checksums: [{ algorithm: 'SHA256', checksumValue: digest(7) }],
        licenseConcluded: 'NOASSERTION',
        licenseDeclared: 'NOASSERTION',
        copyrightText: 'NOASSERTION',
        primaryPackagePurpose: 'CONTAINER',
        externalRefs: [
          {
            referenceCategory: 'PACKAGE-MANAGER',
            referenceType: 'purl',
            referenceLocator: `pkg:oci/shop@sha256%3A${digest(7)}?arch=amd64&tag=1.0.0`,
          },
        ],
      },
    ],
    files: [],
    relationships: [
      {
        spdxElementId: 'SPDXRef-DOCUMENT',
        relatedSpdxElement: 'SPDXRef-DocumentRoot-Image-shop',
        relationshipType: 'DESCRIBES',
      },
      {
        spdxElementId: 'SPDXRef-DocumentRoot-Image-shop',
        relatedSpdxElement: 'SPDXRef-Package-deb-adduser-1',
        relationshipType: 'CONTAINS',
      },
    ],
  },
};
