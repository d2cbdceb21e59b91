import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { LANDED } from '../src/database/landed.js';
import { knownMigrations, MIGRATIONS } from '../src/database/schema-state.js';

/** `npm run check:migrations`: each migration is in the list of those that landed, and none was edited since. */

const checksumOf = (name: string) =>
  createHash('sha256')
    .update(readFileSync(join(MIGRATIONS, name, 'migration.sql')))
    .digest('hex');

function faultOf(name: string): string | undefined {
  if (!existsSync(join(MIGRATIONS, name, 'migration.sql'))) return `${name} landed and is missing`;
  const [landed] = LANDED[name] ?? [];
  const checksum = checksumOf(name);
  if (landed === checksum) return undefined;
  return landed === undefined
    ? `${name} is new. Add it to src/database/landed.ts:\n  '${name}':\n    ['${checksum}'],`
    : `${name} has landed and was edited. Restore the file, and write a new migration`;
}

const names = new Set([...knownMigrations(), ...Object.keys(LANDED)]);
const faults = [...names].sort().flatMap((name) => faultOf(name) ?? []);
process.stdout.write(
  faults.length > 0 ? `${faults.join('\n')}\n` : `${names.size} migrations are as they landed\n`,
);
process.exitCode = faults.length > 0 ? 1 : 0;
