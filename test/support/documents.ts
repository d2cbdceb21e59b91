/** Small documents of several tools, for tests of uploads. */

interface Defect {
  id?: string;
  /** Other ids of the same vulnerability. */
  also?: string[];
  name?: string;
  version?: string;
  fixed?: string;
  /** Whether there is a fix, in the words of Trivy: `affected` has none. */
  status?: string;
  severity?: string;
}

/** A Trivy report about npm packages. */
export const trivy = (...defects: Defect[]) => ({
  SchemaVersion: 2,
  ArtifactName: 'shop',
  Results: [
    {
      Target: 'package-lock.json',
      Class: 'lang-pkgs',
      Type: 'npm',
      Vulnerabilities: defects.map((defect) => ({
        VulnerabilityID: defect.id ?? 'CVE-2021-23337',
        VendorIDs: defect.also ?? [],
        PkgName: defect.name ?? 'lodash',
        InstalledVersion: defect.version ?? '4.17.20',
        FixedVersion: defect.fixed ?? '',
        ...(defect.status && { Status: defect.status }),
        Severity: defect.severity ?? 'HIGH',
      })),
    },
  ],
});

/** A Trivy report about an image. @param digest of its manifest, 64 hexadecimal digits */
export const trivyOf = (digest: string, ...defects: Defect[]) => ({
  ...trivy(...defects),
  ArtifactName: 'registry.example/shop:1.0.0',
  ArtifactType: 'container_image',
  Metadata: { RepoDigests: [`registry.example/shop@sha256:${digest}`] },
});

/** A Trivy report about an image without its digest. @param id its image id, as a number */
export const trivyNamed = (name: string, id?: number) => ({
  ...trivy(),
  ArtifactName: name,
  ArtifactType: 'container_image',
  Metadata: id === undefined ? {} : { ImageID: `sha256:${id.toString(16).padStart(64, '0')}` },
});

/** A Trivy report about a folder. */
export const trivyFiles = () => ({ ...trivy(), ArtifactName: '.', ArtifactType: 'filesystem' });

/** A Trivy report about an RPM. The epoch is part of its version, but not of the version in its purl. */
export const rpm = (id: string, epoch?: number) => ({
  SchemaVersion: 2,
  Results: [
    {
      Target: 'image',
      Type: 'redhat',
      Vulnerabilities: [
        {
          VulnerabilityID: id,
          PkgName: 'openssl',
          PkgIdentifier: {
            PURL: `pkg:rpm/redhat/openssl@1.1.1k-4.el8?arch=x86_64${epoch ? `&epoch=${epoch}` : ''}`,
          },
          InstalledVersion: `${epoch ? `${epoch}:` : ''}1.1.1k-4.el8`,
          Severity: 'HIGH',
        },
      ],
    },
  ],
});

/** A report of npm audit without vulnerabilities. */
export const npmAudit = () => ({
  auditReportVersion: 2,
  vulnerabilities: {},
  metadata: {
    vulnerabilities: { info: 0, low: 0, moderate: 0, high: 0, critical: 0, total: 0 },
    dependencies: { prod: 3, dev: 0, optional: 0, peer: 0, peerOptional: 0, total: 3 },
  },
});

const match = ({ id, also = [], name = 'lodash', version = '4.17.20', ...more }: Defect) => ({
  vulnerability: {
    id: id ?? 'GHSA-35jh-r3h4-6jhm',
    severity: more.severity ?? 'High',
    fix: { versions: more.fixed ? [more.fixed] : [], state: more.fixed ? 'fixed' : 'unknown' },
  },
  relatedVulnerabilities: also.map((other) => ({ id: other })),
  artifact: { name, version, type: 'npm', purl: `pkg:npm/${name}@${version}` },
});

/** A Grype report about npm packages. */
export const grype = (...defects: Defect[]) => ({
  matches: defects.map(match),
  distro: { name: 'debian', version: '12' },
  descriptor: { name: 'grype', version: '0.92.2', db: { status: { valid: true } } },
});

/** A Grype report in which the user's rules ignore all matches. */
export const grypeIgnoring = (...defects: Defect[]) => ({
  ...grype(),
  ignoredMatches: defects.map((defect) => ({
    ...match(defect),
    appliedIgnoreRules: [{ vulnerability: defect.id, reason: 'Not reachable' }],
  })),
});

interface Part {
  name?: string;
  version?: string;
  /** null: the component has no purl. */
  purl?: string | null;
  licence?: string;
}

/** A CycloneDX SBOM of npm libraries. */
export const bom = (parts: Part[], more: object = {}) => ({
  bomFormat: 'CycloneDX',
  specVersion: '1.6',
  version: 1,
  components: parts.map(({ name = 'lodash', version = '4.17.20', purl, licence }) => ({
    type: 'library',
    name,
    version,
    ...(purl !== null && { purl: purl ?? `pkg:npm/${name}@${version}` }),
    ...(licence && { licenses: [{ license: { name: licence } }] }),
  })),
  ...more,
});

export interface Statement {
  id?: string;
  /** The product: a purl or a digest. */
  product?: string;
  /** The subcomponents. If absent, the statement is about the product. */
  parts?: string[];
  status?: string;
  at?: string;
}

/** An OpenVEX document with statements about vulnerabilities. */
export const vex = (...statements: Statement[]) => ({
  '@context': 'https://openvex.dev/ns/v0.2.0',
  '@id': 'https://example.com/vex/1',
  author: 'Example Security Team',
  timestamp: '2026-01-15T09:30:00Z',
  version: 1,
  statements: statements.map(({ id, product = 'pkg:npm/lodash', parts, status, at }) => ({
    vulnerability: { name: id ?? 'CVE-2021-23337' },
    products: [
      {
        '@id': product,
        ...(parts && { subcomponents: parts.map((part) => ({ '@id': part })) }),
      },
    ],
    status: status ?? 'not_affected',
    ...((status ?? 'not_affected') === 'not_affected' && {
      justification: 'vulnerable_code_not_in_execute_path',
    }),
    ...(at && { timestamp: at }),
  })),
});

export interface Result {
  rule?: string;
  file?: string;
  line?: number;
  suppressions?: { kind: string; status?: string; justification?: string }[];
}

/** A SARIF document with results of code analysis. */
export const sarif = (results: Result[], driver: object = {}) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name: 'Lint', ...driver } },
      artifacts: [{ location: { uri: 'src/a.js' } }],
      results: results.map(({ rule = 'no-eval', file = 'src/a.js', line = 3, ...more }) => ({
        ruleId: rule,
        level: 'error',
        message: { text: `${rule} in ${file}` },
        locations: [
          {
            physicalLocation: { artifactLocation: { uri: file }, region: { startLine: line } },
          },
        ],
        ...more,
      })),
    },
  ],
});

/** One finding of a Gitleaks report. */
export const leak = (secret: string, fields: object = {}) => ({
  RuleID: 'generic-api-key',
  Description: 'Generic API key',
  StartLine: 21,
  StartColumn: 10,
  Match: `key = "${secret}"`,
  Secret: secret,
  File: 'src/api.py',
  Commit: '3f1c2a9b7d5e4c6f8a0b1c2d3e4f5a6b7c8d9e0f',
  Date: '2026-01-15T09:30:00Z',
  Message: 'Add the client',
  Tags: [],
  Fingerprint: 'src/api.py:generic-api-key:21',
  ...fields,
});

/** A JUnit report with these outcomes. */
export const junit = (...outcomes: ('passed' | 'failure' | 'error' | 'skipped')[]) => {
  const tests = outcomes.map(
    (outcome, i) =>
      `<testcase classname="a" name="test ${i}">${outcome === 'passed' ? '' : `<${outcome}/>`}</testcase>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuite name="a">${tests.join('')}</testsuite>`;
};
