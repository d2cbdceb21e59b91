import { randomBytes } from 'node:crypto';
import { link, mkdir, open, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { SchemaError } from '../schema-error.js';

/** The password of the server's role, in the folder of the private keys. */
const FILE = 'database-password';

async function read(path: string): Promise<string | undefined> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw new SchemaError(
      `cannot read the password of the database role in ${path} (${error.code})`,
    );
  });
  if (text === undefined || /^[\w-]{32}$/.test(text.trim())) return text?.trim();
  throw new SchemaError(
    `${path} has no valid password. Delete the file: the next start makes a new one`,
  );
}

/** @returns the password that an earlier start made. undefined: there is none */
export const readPassword = (folder: string) => read(join(folder, FILE));

/** Makes a password in a file that is complete when it appears, so that of two instances both use the first one. */
async function create(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  // In containers that share the folder, all servers have the process id 1.
  const draft = join(folder, `${FILE}.${randomBytes(6).toString('hex')}`);
  const file = await open(draft, 'wx', 0o600);
  try {
    await file.writeFile(randomBytes(24).toString('base64url'));
    await file.sync();
    await link(draft, join(folder, FILE));
  } finally {
    await file.close();
    await rm(draft, { force: true });
  }
}

/** The password of the server's role. The first start makes it. @throws {SchemaError} */
export async function keepPassword(folder: string): Promise<string> {
  const kept = await readPassword(folder);
  if (kept !== undefined) return kept;
  await create(folder).catch(({ code }: NodeJS.ErrnoException) => {
    if (code === 'EEXIST') return; // another instance was faster
    throw new SchemaError(
      `cannot write the password of the database role to ${folder} (${code}). ` +
        'Set SIGNING_KEYS_DIR to a folder that this user can write to',
    );
  });
  const made = await readPassword(folder);
  if (made === undefined)
    throw new SchemaError(`${join(folder, FILE)} was deleted by another program`);
  return made;
}
