import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** What a scan that counts does not show stands in the verdict. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
});
async function send(document: unknown) {
  const response = await upload(context.app, release, document, { label: 'own' });
  expect(response.statusCode, response.body).toBe(201);
}

describe('an operating system past its end of life', () => {
  const trivy = (OS: object, Class = 'os-pkgs') => ({
    SchemaVersion: 2,
    ArtifactName: 'registry.example/shop:1.0.0',
    ArtifactType: 'container_image',
    Metadata: { OS: { Family: 'debian', Name: '9.13', ...OS } },
    Results: [
      {
        ...{ Target: 'shop (debian 9.13)', Class, Type: 'debian' },
        Packages: [{ Name: 'bash', Version: '4.4' }],
        Vulnerabilities: [
          {
            VulnerabilityID: 'CVE-2020-1',
            PkgName: 'bash',
            InstalledVersion: '4.4',
            Severity: 'LOW',
          },
        ],
      },
    ],
  });
  const grype = (alertsByPackage: object[]) => ({
    matches: [],
    source: { type: 'directory', target: '/src' },
    descriptor: { name: 'grype', version: '0.104.0' },
    alertsByPackage,
  });
  const alerts = [
    { type: 'distro-eol', message: 'Package is from an end-of-life distro: debian 9' },
  ];

  it.each<[string, object, string]>([
    [
      'Trivy',
      trivy({ EOSL: true }),
      '. Warning: trivy (own) says that the operating system (debian 9.13) is past its end of life',
    ],
    [
      'Grype',
      grype([
        { package: { name: 'bash' }, alerts },
        { package: { name: 'tar' }, alerts },
      ]),
      '. Warning: grype (own) warns about 2 packages: Package is from an end-of-life distro: debian 9',
    ],
  ])('of %s', async (_tool, document, warning) => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(document);
    const { status, message } = await resultOf(context.app, release);
    expect([status, message]).toEqual(['pass', expect.stringContaining(warning)]);
  });

  it.each<[string, object]>([
    ['Trivy', trivy({ EOSL: false })],
    ['Grype', grype([])],
  ])('is not told of another, of %s', async (_tool, document) => {
    await guard(context.app, [{ rule: 'max-findings' }]);
    await send(document);
    expect((await resultOf(context.app, release)).message).not.toContain('Warning');
  });
});
