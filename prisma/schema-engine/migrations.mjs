import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from './engine.mjs';

/** The names of the migrations in a folder, oldest first. */
export async function migrationNames(folder) {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** The folder in the shape that the engine's protocol calls `migrationsList`. */
async function migrationsList(folder) {
  const read = (...parts) => readFile(join(folder, ...parts), 'utf8');
  const names = await migrationNames(folder);
  const migrationDirectories = await Promise.all(
    names.map(async (path) => ({
      path,
      migrationFile: {
        path: 'migration.sql',
        content: { tag: 'ok', value: await read(path, 'migration.sql') },
      },
    })),
  );
  const lockfile = {
    path: 'migration_lock.toml',
    content: await read('migration_lock.toml').catch(() => null),
  };
  return { baseDir: folder, lockfile, migrationDirectories, shadowDbInitScript: '' };
}

async function withEngine(url, use) {
  const { engine, explain, close } = await createEngine(url);
  try {
    return await use(engine);
  } catch (error) {
    throw new Error(explain(error), { cause: error });
  } finally {
    await close();
  }
}

/** What `prisma migrate deploy` does; returns the names that were applied now. */
export function applyMigrations(url, folder) {
  return withEngine(url, async (engine) => {
    const result = await engine.applyMigrations({
      migrationsList: await migrationsList(folder),
      filters: { externalTables: [], externalEnums: [] },
    });
    return result.appliedMigrationNames;
  });
}

/** What `prisma migrate resolve --applied NAME` does: records it without running it. */
export function markMigrationApplied(url, folder, migrationName) {
  return withEngine(url, async (engine) => {
    await engine.markMigrationApplied({
      migrationName,
      migrationsList: await migrationsList(folder),
    });
  });
}
