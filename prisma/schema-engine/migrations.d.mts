/** The migrations of a folder, to be applied to one database. */
export interface Migrations {
  /** What `prisma migrate deploy` does; the names that were applied now. */
  apply(): Promise<string[]>;
  /** What `prisma migrate resolve --applied NAME` does: records it without running it. */
  markApplied(name: string): Promise<void>;
  /** What `prisma migrate resolve --rolled-back NAME` does: it may be applied again. */
  markRolledBack(name: string): Promise<void>;
  close(): Promise<unknown>;
}

export function openMigrations(url: string, folder: string, lock: string): Promise<Migrations>;
