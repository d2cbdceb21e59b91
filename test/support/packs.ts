import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { FastifyInstance } from 'fastify';
import { unpackTar } from 'modern-tar';
import { expect, onTestFinished } from 'vitest';
import { buildTestApp } from './app.js';
import { testDatabaseUrl } from './database.js';
import { deployed } from './deployments.js';
import { trivy } from './documents.js';
import { uploaded } from './evidence.js';
import { addArtifact, createRelease, type ReleaseBody } from './releases.js';
import { evidenceOfAll, type VerdictBody, verdictOf, waived } from './verdicts.js';

const VERIFY = fileURLToPath(
  new URL('../../src/features/attestations/verify.mjs', import.meta.url),
);

export interface Shipped {
  readonly release: ReleaseBody;
  readonly artifact: string;
  readonly waiver: string;
  readonly denied: VerdictBody;
  readonly allowed: VerdictBody;
}

/** A release that was denied, and is allowed since a waiver was approved, and was deployed. */
export async function shippedRelease(app: FastifyInstance): Promise<Shipped> {
  const release = await createRelease(app);
  const artifact = await addArtifact(app, release.id, {
    purl: 'pkg:generic/shop@1',
    kind: 'archive',
  });
  await evidenceOfAll(app, release.id);
  const finding = { severity: 'HIGH', fixed: '4.17.21' };
  await uploaded(app, release.id, trivy(finding), { label: 'scan', artifact });
  const denied = await verdictOf(app, release.id);
  expect(denied.decision).toBe('deny');
  const guarded = await buildTestApp(testDatabaseUrl(), { AUTH_MODE: 'token' });
  const { id: waiver } = await waived(guarded, { reason: 'Never called: "é"' });
  await guarded.close();
  const allowed = await verdictOf(app, release.id);
  expect(allowed.decision, JSON.stringify(allowed.results)).toBe('allow');
  await deployed(app, release.id);
  return { release, artifact, waiver, denied, allowed };
}

/** A folder that is gone after the test. */
async function folder(): Promise<string> {
  const path = await mkdtemp(join(tmpdir(), 'srp-pack-'));
  onTestFinished(() => rm(path, { recursive: true, force: true }));
  return path;
}

export async function written(content: string | Uint8Array): Promise<string> {
  const path = join(await folder(), 'file');
  await writeFile(path, content);
  return path;
}

/** Runs the program of the pack on a pack. */
export async function verifyPack(pack: Uint8Array, ...args: string[]) {
  const program = [VERIFY, await written(pack), ...args];
  const { status, stdout, stderr } = spawnSync(process.execPath, program, { encoding: 'utf8' });
  return { status, output: `${stdout}${stderr}` };
}

/** Downloads the pack of a release, and expects 200. */
export async function packOf(app: FastifyInstance, release: string, query = ''): Promise<Buffer> {
  const answer = await app.inject(`/releases/${release}/audit-pack?${query}`);
  expect(answer.statusCode, answer.body.slice(0, 500)).toBe(200);
  expect(answer.headers['content-type']).toBe('application/x-tar');
  return answer.rawPayload;
}

/** The files of a pack by path, in its order. */
export async function filesOf(pack: Uint8Array): Promise<Map<string, string>> {
  const entries = await unpackTar(pack);
  return new Map(
    entries.map(({ header, data }) => [header.name, Buffer.from(data ?? []).toString()]),
  );
}
