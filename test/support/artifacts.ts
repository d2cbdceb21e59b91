import { beforeEach } from 'vitest';
import { useApp } from './app.js';
import { type UploadOptions, uploaded } from './evidence.js';
import { addArtifact, createRelease, digest } from './releases.js';
import { guard, resultOf } from './verdicts.js';

/** A release before each test, its artifacts, and what a rule says of each. */
export function useArtifacts() {
  const context = useApp();
  let release: string;
  beforeEach(async () => {
    release = (await createRelease(context.app)).id;
  });
  const judged = () => resultOf(context.app, release);
  return {
    context,
    send: (document: unknown, options: UploadOptions = {}) =>
      uploaded(context.app, release, document, options),
    judged,
    release: () => release,
    covered: async () => (await judged()).status === 'pass',
    add: (name: string, n: number, kind = 'container') =>
      addArtifact(context.app, release, { name, sha256: digest(n), kind }),
    byArtifact: (rule: object = { rule: 'max-findings' }) =>
      guard(context.app, [{ scope: 'artifacts', ...rule }]),
  };
}
