import { beforeEach, describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { trivy } from '../support/documents.js';
import { upload } from '../support/evidence.js';
import { addArtifact, createRelease, digest } from '../support/releases.js';
import { guard, resultOf } from '../support/verdicts.js';

/** A scan of the file of another version is a scan of something else. */

const context = useApp();
let release: string;
beforeEach(async () => {
  release = (await createRelease(context.app)).id;
  await guard(context.app, [{ rule: 'max-findings', scope: 'artifacts' }]);
});
async function judged(file: string, artifact: string, uploadedFor?: string) {
  await addArtifact(context.app, release, { sha256: digest(1), kind: 'archive', name: artifact });
  const document = { ...trivy(), ArtifactName: file, ArtifactType: 'filesystem' };
  const options = { label: 'own', ...(uploadedFor && { artifact: uploadedFor }) };
  const response = await upload(context.app, release, document, options);
  expect(response.statusCode, response.body).toBe(201);
  return resultOf(context.app, release);
}

describe.each([undefined, digest(1)])('uploaded for %s', (uploadedFor) => {
  it.each([
    ['target/ledger-0.9.9.jar', 'ledger-1.4.0.jar'],
    ['ledger_0.9.9-rc.1_amd64.deb', 'dist/ledger_1.0.0_amd64.deb'],
    ['shop-1.3.0.tgz', 'shop-1.4.0.tgz'],
  ])('%s does not cover %s', async (file, artifact) => {
    const { status, message } = await judged(file, artifact, uploadedFor);
    expect(status).toBe('not-evidenced');
    expect(message).toContain(`trivy (own) does not count: it is about ${file}, which is not`);
    expect(message).not.toContain('platform');
  });

  it.each([
    ['target/ledger-1.4.0.jar', 'ledger-1.4.0.jar'],
    ['/build/1.2.3', 'ledger-1.4.0.jar'],
    ['lib-0.9.9.jar', 'ledger-1.4.0.jar'],
    ['.', 'ledger-1.4.0.jar'],
  ])('%s covers %s', async (file, artifact) => {
    expect((await judged(file, artifact, uploadedFor)).status).toBe('pass');
  });
});
