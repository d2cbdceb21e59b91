import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect } from 'vitest';
import { newPack } from './pack.support.js';
import { type Files, tarOf, withManifest } from './pack-archive.support.js';
import { newKeys } from './pack-keys.support.js';

export const PROGRAM = fileURLToPath(new URL('verify.mjs', import.meta.url));
export const ENTRIES = 'entries/000001.jsonl';
export const keys = newKeys();
export const pack = await newPack(keys);

export function run(...options: string[]) {
  const { status, stdout, stderr } = spawnSync(process.execPath, [PROGRAM, ...options], {
    encoding: 'utf8',
  });
  return { status, text: stdout + stderr };
}

/** A folder for packs and what auditors keep. It is deleted after the tests of the file. */
export function useVerifier() {
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'srp-pack-'));
  });
  afterAll(() => rm(folder, { recursive: true }));
  const file = async (name: string, content: string | Buffer): Promise<string> => {
    await writeFile(join(folder, name), content);
    return join(folder, name);
  };
  const verifyTar = async (tar: Buffer, ...options: string[]) =>
    run(await file('pack.tar', tar), ...options);
  return {
    file,
    verifyTar,
    verifyFiles: (files: Files, ...options: string[]) =>
      verifyTar(tarOf(withManifest(files)), ...options),
  };
}

/** The files, one of them changed. */
export function changed(path: string, change: (text: string) => string): Files {
  const text = pack.files.get(path) ?? expect.unreachable();
  expect(change(text)).not.toBe(text);
  return new Map(pack.files).set(path, change(text));
}
/** Changes the lines of entries: parses each, and writes it again. */
export const withLines = (
  change: (lines: Record<string, unknown>[]) => Record<string, unknown>[],
) =>
  changed(ENTRIES, (text) => {
    const lines = text.trimEnd().split('\n');
    return `${change(lines.map((line) => JSON.parse(line)))
      .map((line) => JSON.stringify(line))
      .join('\n')}\n`;
  });
