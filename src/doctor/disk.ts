import type { Config } from '../config/config.js';
import { spaceAt } from '../database/disk-space.js';
import { type Finding, fail, ok, unknown, warn } from './finding.js';

const MIB = 1024 * 1024;
/** PostgreSQL needs this much for its write-ahead log alone. */
const LEAST_MIB = 256;
const FEW_MIB = 2048;
const FEW_PART = 0.1;
const LEAST_FILES = 1000;

async function look(what: string, path: string): Promise<Finding> {
  const next = `df -h ${path}, then docs/runbooks/disk-full.md`;
  try {
    const { freeBytes, totalBytes, files } = await spaceAt(path);
    const freeMib = Math.floor(freeBytes / MIB);
    const part = totalBytes === 0 ? 1 : freeBytes / totalBytes;
    const found = `${what}: ${freeMib} MiB free (${Math.floor(part * 100)} %)`;
    if (freeMib < LEAST_MIB) return fail(found, next);
    if (files !== undefined && files < LEAST_FILES) {
      return fail(`${what}: ${files} files can be created`, `df -i ${path}`);
    }
    return freeMib < FEW_MIB && part < FEW_PART ? warn(found, next) : ok(found);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    return unknown(`${what} ${path}: ${code ?? message}`, next);
  }
}

/** The room on the disks that this machine knows. The check `database` makes PostgreSQL use its own. */
export async function checkDisk(config: Config): Promise<Finding[]> {
  const { DATABASE_URL, EMBEDDED_PG_DIR, SIGNING_KEYS_DIR } = config;
  const findings: Finding[] = [];
  if (DATABASE_URL === undefined) findings.push(await look('database', EMBEDDED_PG_DIR));
  if (SIGNING_KEYS_DIR !== undefined) findings.push(await look('keys', SIGNING_KEYS_DIR));
  if (findings.length > 0) return findings;
  return [unknown("PostgreSQL's disk is on another machine", "df -h, on PostgreSQL's machine")];
}
