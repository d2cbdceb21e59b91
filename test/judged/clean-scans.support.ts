import { digest } from '../support/releases.js';

/** Clean reports of scanners, with the members that matter, and those that could mislead. */

const NAME = 'registry.example.org/shop';
const MANIFEST = `sha256:${digest(7)}`;
const ID = `sha256:${digest(9)}`;
const today = new Date().toISOString();

const purl = (name: string) => `pkg:npm/${name}@1.0.0`;

const trivy = {
  SchemaVersion: 2,
  Trivy: { Version: '0.69.1' },
  ReportID: '019a7f2e-6a70-7c11-9a57-3b1f0f6f4b3e',
  CreatedAt: today,
  ArtifactID: ID,
  ArtifactName: `${NAME}:1.0.0`,
  ArtifactType: 'container_image',
  Metadata: {
    Size: 84_000_000,
    OS: { Family: 'debian', Name: '12.12' },
    ImageID: ID,
    DiffIDs: [`sha256:${digest(11)}`],
    RepoTags: [`${NAME}:1.0.0`],
    RepoDigests: [`${NAME}@${MANIFEST}`],
    Reference: `${NAME}:1.0.0`,
    ImageConfig: { architecture: 'amd64', os: 'linux', config: {} },
  },
  Results: [
    {
      Target: `${NAME}:1.0.0 (debian 12.12)`,
      Class: 'os-pkgs',
      Type: 'debian',
      Packages: [{ ID: 'adduser@3.134', Name: 'adduser', Version: '3.134', Arch: 'all' }],
    },
    {
      Target: 'Node.js',
      Class: 'lang-pkgs',
      Type: 'node-pkg',
      Packages: [{ Name: 'fastify', Version: '5.0.0', Identifier: { PURL: purl('fastify') } }],
    },
  ],
};

const grype = {
  matches: [],
  source: {
    type: 'image',
    target: {
      userInput: `${NAME}:1.0.0`,
      imageID: ID,
      manifestDigest: MANIFEST,
      mediaType: 'application/vnd.oci.image.manifest.v1+json',
      tags: [`${NAME}:1.0.0`],
      imageSize: 84_000_000,
      layers: [{ mediaType: 'x', digest: `sha256:${digest(11)}`, size: 1 }],
      manifest: 'e30=',
      config: 'e30=',
      repoDigests: [`${NAME}@${MANIFEST}`],
      architecture: 'amd64',
      os: 'linux',
    },
  },
  distro: { name: 'debian', version: '12', idLike: null },
  descriptor: {
    name: 'grype',
    version: '0.104.0',
    configuration: { output: ['json'], 'only-fixed': false },
    db: {
      status: {
        schemaVersion: 'v6.1.2',
        from: 'https://grype.anchore.io/databases/v6/db.tar.zst',
        built: today,
        path: '/root/.cache/grype/db/6/vulnerability.db',
        valid: true,
      },
      providers: { debian: { captured: today, input: 'xxh64:1' } },
    },
    timestamp: today,
  },
};

const none = { info: 0, low: 0, moderate: 0, high: 0, critical: 0 };

export const SCANS: Readonly<Record<string, unknown>> = {
  Trivy: trivy,
  'Trivy before it pushes': {
    ...trivy,
    Metadata: { ...trivy.Metadata, RepoDigests: undefined },
  },
  'Trivy of a folder': {
    SchemaVersion: 2,
    ReportID: '019a7f2e-6a70-7c11-9a57-3b1f0f6f4b3f',
    CreatedAt: today,
    ArtifactName: '.',
    ArtifactType: 'filesystem',
    Results: [
      {
        Target: 'package-lock.json',
        Class: 'lang-pkgs',
        Type: 'npm',
        Packages: [{ ID: 'fastify@5.0.0', Name: 'fastify', Version: '5.0.0' }],
      },
    ],
  },
  Grype: grype,
  // The root of a file system. Other folders have no distribution, and then only the uploader can say that any package
  // was found.
  'Grype of a folder': { ...grype, source: { type: 'directory', target: '.' } },
  'npm audit': {
    auditReportVersion: 2,
    vulnerabilities: {},
    metadata: {
      vulnerabilities: { ...none, total: 0 },
      dependencies: { prod: 80, dev: 200, optional: 30, peer: 2, peerOptional: 0, total: 282 },
    },
  },
  'pnpm audit': {
    actions: [],
    advisories: {},
    muted: [],
    metadata: {
      vulnerabilities: none,
      dependencies: 80,
      devDependencies: 0,
      optionalDependencies: 0,
      totalDependencies: 80,
    },
  },
  'OSV-Scanner': {
    results: [
      {
        source: { path: '/home/runner/work/shop/shop/package-lock.json', type: 'lockfile' },
        packages: [
          {
            package: {
              name: 'fastify',
              version: '5.0.0',
              ecosystem: 'npm',
              inventory: { Name: 'fastify', Version: '5.0.0' },
            },
          },
        ],
      },
    ],
    experimental_config: { licenses: { summary: false, allowlist: null } },
  },
  'OSV-Scanner of an image': {
    results: [
      {
        source: { path: 'usr/lib/node_modules/npm/package.json', type: 'artifact' },
        packages: [{ package: { name: 'fastify', version: '5.0.0', ecosystem: 'npm' } }],
      },
    ],
    image_metadata: {
      os: 'debian',
      layer_metadata: [{ diff_id: `sha256:${digest(11)}`, command: 'COPY', is_empty: false }],
    },
    experimental_config: { licenses: { summary: false, allowlist: null } },
  },
};
