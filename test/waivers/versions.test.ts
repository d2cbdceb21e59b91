import { expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { grype } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { guard, resultOf, waived } from '../support/verdicts.js';

/** A waiver for one version of a package, and a report that gives the package another version beside it. */

const context = useApp({ AUTH_MODE: 'token' });
const open = useApp();
const ID = 'CVE-2024-7777';
let release: string;
useRows(async () => {
  release = (await createRelease(open.app)).id;
  await guard(open.app, [{ rule: 'max-findings' }]);
});
const denies = async () => (await resultOf(open.app, release)).denies;

const trivyOf = (PURL: string, InstalledVersion: string) => ({
  SchemaVersion: 2,
  ArtifactName: 'shop',
  Results: [
    {
      Target: 'shop',
      Class: 'os-pkgs',
      Type: 'debian',
      Vulnerabilities: [
        {
          VulnerabilityID: ID,
          PkgName: 'bash',
          Severity: 'CRITICAL',
          InstalledVersion,
          PkgIdentifier: { PURL },
        },
      ],
    },
  ],
});
const grypeOf = (purl: string, version: string) => {
  const [match] = grype({ id: ID }).matches;
  return {
    ...grype(),
    matches: [{ ...match, artifact: { name: 'bash', version, type: 'deb', purl } }],
  };
};
const PURL = 'pkg:deb/debian/bash';

it.each<[string, object]>([
  ['Trivy', trivyOf(`${PURL}@5?arch=amd64`, '4.4')],
  ['Trivy, the other way round', trivyOf(`${PURL}@4.4`, '5')],
  ['Grype', grypeOf(`${PURL}@5`, '4.4')],
])('does not cover a package of two versions: %s', async (_tool, document) => {
  await waived(context.app, { rule: ID, purl: `${PURL}@5` });
  const evidence = await uploaded(open.app, release, document);
  expect(JSON.stringify(evidence)).toContain('No waiver or claim for a version covers');
  expect(await denies()).toBe(true);
  await waived(context.app, { rule: ID, purl: PURL });
  expect(await denies()).toBe(false);
});

it.each<[string, object]>([
  ['of one version', trivyOf(`${PURL}@5`, '5')],
  ['with the epoch in one place', trivyOf(`${PURL}@5?epoch=1`, '1:5')],
  ['with a version in one place', trivyOf(PURL, '5')],
])('covers a package %s', async (_what, document) => {
  await waived(context.app, { rule: ID, purl: `${PURL}@5` });
  await uploaded(open.app, release, document);
  expect(await denies()).toBe(false);
});

/** Grype writes a module in the folder of a repository as the subpath: two of them are two packages. */
it('covers only the module of Go that its package URL names', async () => {
  const module = (path: string) => `pkg:golang/github.com/example/sdk@1.2.0#${path}`;
  await waived(context.app, { rule: ID, purl: module('service/a') });
  await uploaded(open.app, release, grypeOf(module('service/b'), '1.2.0'));
  expect(await denies()).toBe(true);
  await waived(context.app, { rule: ID, purl: module('service/b') });
  expect(await denies()).toBe(false);
});

it('without a module, covers those of the repository', async () => {
  const sdk = 'pkg:golang/github.com/example/sdk';
  await waived(context.app, { rule: ID, purl: sdk });
  await uploaded(open.app, release, grypeOf(`${sdk}@1.2.0#service/b`, '1.2.0'));
  expect(await denies()).toBe(false);
});
