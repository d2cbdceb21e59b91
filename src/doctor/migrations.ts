import { interposed } from '../database/interposed.js';
import { schemaState } from '../database/schema-state.js';
import { counted } from '../shared/text.js';
import { commandOf } from './commands.js';
import { type Finding, fail, ok, warn } from './finding.js';
import type { Connected } from './patient.js';

/**
 * Compares the migrations of the database with those of this version, by name and by checksum, and looks for what
 * stands between the server and its tables.
 */
export async function checkMigrations({ client }: Connected): Promise<Finding[]> {
  const state = await schemaState(client);
  const { applied, pending, failed, unfinished, unknown: newer, edited } = state;
  const findings: Finding[] = [];
  if (edited.length > 0) {
    const next = 'see docs/operations.md#the-database-was-migrated-by-other-files';
    findings.push(fail(`migrated by other files: ${edited.join(', ')}`, next));
  }
  if (failed[0] !== undefined) {
    const next = `correct the cause, then ${commandOf('migrate', '--rolled-back', failed[0])}`;
    findings.push(fail(`failed: ${failed.join(', ')}`, next));
  }
  if (unfinished.length > 0) {
    findings.push(fail(`not finished: ${unfinished.join(', ')}`, commandOf('migrate')));
  }
  if (pending.length > 0) {
    findings.push(fail(`pending: ${pending.join(', ')}`, commandOf('migrate')));
  }
  if (newer.length > 0) {
    const found = `of a newer version: ${newer.join(', ')}`;
    findings.push(warn(found, 'nothing, after the way back to this version'));
  }
  const found = await interposed(client, newer.length > 0);
  if (found.length > 0) {
    const next = 'see docs/operations.md#something-stands-between-the-server-and-its-tables';
    findings.push(fail(`the database has ${found.join(', ')}`, next));
  }
  return findings.length > 0
    ? findings
    : [ok(`${counted(applied.length, 'migration')} applied, their checksums match`)];
}
