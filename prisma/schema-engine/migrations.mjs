import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createEngine } from './engine.mjs';

/** A folder of migrations in the shape that the engine's protocol calls `migrationsList`. */
async function migrationsList(folder) {
  const read = (...parts) => readFile(join(folder, ...parts), 'utf8');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  const migrationDirectories = await Promise.all(
    names.sort().map(async (path) => ({
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

/**
 * Opens the engine for one round of migrations. `lock` is SQL that its session runs first: an advisory
 * lock taken there is held for as long as PostgreSQL works for this engine, even when this process dies.
 */
export async function openMigrations(url, folder, lock) {
  const { engine, explain, close } = await createEngine(url, { onConnect: lock });
  const attempt = async (command) => {
    try {
      return await command();
    } catch (error) {
      throw new Error(explain(error), { cause: error });
    }
  };
  return {
    apply: () =>
      attempt(async () => {
        const result = await engine.applyMigrations({
          migrationsList: await migrationsList(folder),
          filters: { externalTables: [], externalEnums: [] },
        });
        return result.appliedMigrationNames;
      }),
    markApplied: (migrationName) =>
      attempt(async () => {
        await engine.markMigrationApplied({
          migrationName,
          migrationsList: await migrationsList(folder),
        });
      }),
    markRolledBack: (migrationName) =>
      attempt(() => engine.markMigrationRolledBack({ migrationName })),
    close,
  };
}
