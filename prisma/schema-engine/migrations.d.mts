export function migrationNames(folder: string): Promise<string[]>;
export function applyMigrations(url: string, folder: string): Promise<string[]>;
export function markMigrationApplied(
  url: string,
  folder: string,
  migrationName: string,
): Promise<void>;
