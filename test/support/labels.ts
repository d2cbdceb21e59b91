import { beforeEach, expect } from 'vitest';
import { useApp } from './app.js';
import { type UploadOptions, upload } from './evidence.js';
import { createRelease } from './releases.js';

/** An upload, with what is said about it. */
export interface Received {
  id: string;
  scanners: string[];
  summary: { shows: string[]; targets: string[]; coverage: { what: string; declared?: boolean }[] };
  supersedes: { id: string; label: string | null; target: string | null }[];
  warnings: { message: string }[];
}

/** A new release for each test, and functions that upload evidence of it and look at its state. */
export function useLabels() {
  const context = useApp();
  let release: string;
  beforeEach(async () => {
    release = (await createRelease(context.app)).id;
  });
  return {
    context,
    releaseId: () => release,
    send: async (document: unknown, options: UploadOptions = {}): Promise<Received> => {
      const response = await upload(context.app, release, document, options);
      expect(response.statusCode, response.body).toBe(201);
      return response.json();
    },
    statusOf: async (id: string): Promise<string> =>
      (await context.app.inject(`/evidence/${id}`)).json().status,
  };
}

/** A clean Trivy report of an image. */
export const image = (name: string, RepoDigests: string[] = [], more: object = {}) => ({
  SchemaVersion: 2,
  ArtifactName: name,
  ArtifactType: 'container_image',
  Metadata: { RepoDigests },
  Results: [{ Target: `${name} (debian 12)`, Class: 'os-pkgs', Type: 'debian' }],
  ...more,
});

/** A suite whose tests pass. */
export const suite = (name: string, ...tests: string[]) => {
  const cases = (tests.length > 0 ? tests : ['a']).map((test) => `<testcase name="${test}"/>`);
  return `<testsuite name="${name}">${cases.join('')}</testsuite>`;
};

export const xml = { type: 'application/xml', label: 'unit' };
