import { describe, expect, it } from 'vitest';
import { MASK } from '../common/mask.js';
import { parse, report } from './trivy.support.js';

const ImageConfig = {
  architecture: 'amd64',
  os: 'linux',
  created: '2026-01-01T00:00:00Z',
  author: 'told',
  container: 'told',
  docker_version: '',
  rootfs: { type: 'layers', diff_ids: ['sha256:abc'] },
  history: [
    { created: '2026-01-01T00:00:00Z', created_by: 'told', comment: 'told', author: 'told' },
  ],
  config: {
    Healthcheck: { Test: ['CMD', 'told'], Interval: 30 },
    OnBuild: ['RUN told'],
    Shell: ['/bin/sh', 'told'],
    User: 'told',
    WorkingDir: '/told',
    Env: ['A=told'],
    Labels: { told: 'told' },
    Volumes: { '/told': {} },
    ExposedPorts: { told: {} },
    ArgsEscaped: true,
  },
};

const secret = { RuleID: 'token', Match: 'TOKEN=****', Title: 'Token', Severity: 'HIGH' };
const image = (result: object) => ({ ...report(result), Metadata: { ImageConfig } });

describe('Trivy: the configuration of an image with a secret', () => {
  it.each([
    [{ Target: 'a', Class: 'secret', Secrets: [secret] }],
    [
      {
        Target: 'a',
        ExperimentalModifiedFindings: [
          { Type: 'vulnerability', Finding: { VulnerabilityID: 'CVE-2024-1' } },
          { Type: 'secret', Status: 'ignored', Finding: secret },
        ],
      },
    ],
    [
      {
        Target: 'a',
        ExperimentalModifiedFindings: [{ Type: 'secret', Finding: { RuleID: 'token' } }],
      },
    ],
  ])('has no text but of what it is for: %j', (result) => {
    const { masked } = parse(image(result));
    expect(JSON.stringify(masked)).not.toMatch(/told|TOKEN=/);
    const { architecture, os, created, rootfs } = ImageConfig;
    expect(masked).toMatchObject({
      Metadata: {
        ImageConfig: {
          ...{ architecture, os, created, rootfs },
          docker_version: '',
          history: [{ created, created_by: MASK, comment: MASK }],
          config: {
            Healthcheck: { Test: [MASK, MASK], Interval: 30 },
            Labels: MASK,
            ArgsEscaped: true,
          },
        },
      },
    });
  });

  it.each(['told', ['told'], [{ os: 'told' }], null, { history: 'told' }, { history: ['told'] }])(
    'whatever it looks like: %j',
    (config) => {
      const Metadata = { ImageConfig: config };
      const { masked } = parse({ ...report({ Secrets: [secret] }), Metadata });
      expect(JSON.stringify(masked)).not.toContain('told');
    },
  );

  it('is unchanged in a report without a secret', () => {
    const modified = [
      { Type: 'license', Finding: { Name: 'MIT' } },
      { Type: null, Finding: null },
    ];
    expect(parse(image({ ExperimentalModifiedFindings: modified }))).not.toHaveProperty('masked');
  });
});

describe('Trivy: the user of an address', () => {
  it.each([
    ['https://user:hunt%402@git.example/a', 'https://git.example/a'],
    ['https://ghp_hunt@2@git.example/a?x=@', 'https://git.example/a?x=@'],
    [' HTTP://:hunt%402@git.example', 'HTTP://git.example'],
    ['ssh://git@git.example/a', 'ssh://git.example/a'],
  ])('%s', (address, ArtifactName) => {
    const before = {
      ...report({ Target: `${address}/x`, Misconfigurations: [{ ID: 'D1', Status: 'FAIL' }] }),
      ArtifactName: address,
      Metadata: { RepoURL: address, ImageConfig },
    };
    const read = parse(before);
    expect(read.masked).toMatchObject({
      ArtifactName,
      Metadata: { RepoURL: ArtifactName, ImageConfig },
    });
    expect(JSON.stringify(read)).not.toContain('hunt');
    expect(before.ArtifactName).toBe(address);
  });

  it('is removed from the URL of the repository', () => {
    const Metadata = { RepoURL: 'https://ci-token:glcbt-1@git.example/a', Branch: 'glcbt-1' };
    expect(parse({ ...report(), ArtifactName: '.', Metadata }).masked).toMatchObject({
      ArtifactName: '.',
      Metadata: { RepoURL: 'https://git.example/a', Branch: MASK },
    });
  });

  it.each(['https://git.example/a@v1', 'registry/a@sha256:1', 'a:b@c', 'https://x', '', 1, null])(
    'is none in %j',
    (ArtifactName) => {
      expect(parse({ ...report({}), ArtifactName, Metadata: null })).not.toHaveProperty('masked');
    },
  );
});
