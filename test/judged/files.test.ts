import { beforeEach, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { denials, guard, verdictOf } from '../support/verdicts.js';

/** SARIF of tools that never look at an image covers no image, also if it was uploaded for one. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
});
const add = (kind: string) =>
  addArtifact(context.app, release, { name: 'shop', kind, sha256: digest(1) });
const reasons = async () =>
  denials(await verdictOf(context.app, release, { environment: 'gate' })).join();

const sarif = (name: string, more: object = {}) => ({
  version: '2.1.0',
  runs: [
    {
      tool: { driver: { name, rules: [{ id: 'a' }] } },
      artifacts: [{ location: { uri: 'go.mod' } }],
      invocations: [{ executionSuccessful: true }],
      results: [],
      ...more,
    },
  ],
});
async function send(document: unknown) {
  const response = await upload(context.app, release, document, {
    label: 'own',
    artifact: digest(1),
  });
  expect(response.statusCode, response.body).toBe(201);
}

const TOOLS = [
  ...['govulncheck', 'npm audit', 'pip-audit', 'cargo-audit', 'dependency-check', 'retire.js'],
  ...['Snyk Open Source', 'yarn audit', 'bundler-audit', 'composer audit', 'nancy', 'auditjs'],
];

it.each(TOOLS)('%s does not cover an image', async (name) => {
  await add('container');
  await send(sarif(name));
  expect(await reasons()).toContain('looked at files, and not at the image');
  await send(sarif(name, { automationDetails: { id: 'nightly/linux/1' } }));
  expect(await reasons()).toContain('looked at files, and not at the image');
});

it.each(TOOLS)('%s covers a file that it was uploaded for', async (name) => {
  await add('archive');
  await send(sarif(name));
  expect(await reasons()).toBe('');
});

it.each(['Grype', 'Snyk Container', 'Docker Scout'])('%s covers an image', async (name) => {
  await add('container');
  await send(sarif(name, { automationDetails: { id: 'nightly/linux/1' } }));
  expect(await reasons()).toBe('');
});
