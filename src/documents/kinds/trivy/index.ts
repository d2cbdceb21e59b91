import type { EvidenceKind } from '../../kind.js';

const example = {
  SchemaVersion: 2,
  ArtifactName: 'registry.example.com/shop:1.4.0',
  ArtifactType: 'container_image',
  Results: [
    {
      Target: 'registry.example.com/shop:1.4.0 (alpine 3.19.1)',
      Class: 'os-pkgs',
      Type: 'alpine',
      Vulnerabilities: [
        {
          VulnerabilityID: 'CVE-2024-0727',
          PkgName: 'libcrypto3',
          PkgIdentifier: { PURL: 'pkg:apk/alpine/libcrypto3@3.1.4-r4?arch=x86_64&distro=3.19.1' },
          InstalledVersion: '3.1.4-r4',
          FixedVersion: '3.1.4-r5',
          Status: 'fixed',
          SeveritySource: 'nvd',
          PrimaryURL: 'https://avd.aquasec.com/nvd/cve-2024-0727',
          Title: 'openssl: denial of service via null dereference',
          Severity: 'MEDIUM',
          CVSS: {
            nvd: { V3Vector: 'CVSS:3.1/AV:L/AC:L/PR:N/UI:R/S:U/C:N/I:N/A:H', V3Score: 5.5 },
          },
        },
      ],
    },
    {
      Target: 'Dockerfile',
      Class: 'config',
      Type: 'dockerfile',
      Misconfigurations: [
        {
          ID: 'DS002',
          Title: "Image user should not be 'root'",
          Message: 'Specify at least 1 USER command in Dockerfile with non-root user as argument',
          Severity: 'HIGH',
          Status: 'FAIL',
          CauseMetadata: { StartLine: 1 },
        },
      ],
    },
  ],
};

/** The scanners that are not named did not run. */
const NAMED = 'name all scanners that ran in the upload, such as ?scanners=';

/** Trivy reports of schema 2 (`trivy … --format json`), and of clusters (`trivy k8s --report all --format json`). */
export const trivy: EvidenceKind = {
  name: 'trivy',
  summary:
    'Vulnerabilities, misconfigurations, secrets and licences that Trivy found (`--format json`, also of ' +
    '`trivy k8s --report all`). Suppressed findings are claims. Lines with secrets are masked',
  format: 'json',
  uploadFor: {
    vulnerability: 'trivy',
    misconfiguration: 'trivy with its misconfiguration scanner',
    // Clean reports do not show that these scanners ran.
    secret: `trivy with its secret scanner (${NAMED}vuln,secret)`,
    licence: `trivy with its licence scanner (${NAMED}vuln,license)`,
  },
  example,
  load: () => import('./parser.js').then(({ parser }) => parser),
};
