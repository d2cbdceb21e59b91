import { subscribe } from 'node:diagnostics_channel';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'prisma/config';
import { loadConfig, loadDotEnv } from './src/config/config.js';
import { joinEmbedded } from './src/database/embedded/join.js';

// Prisma's own engine is downloaded from outside the npm registry; this one came with it.
process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= fileURLToPath(
  new URL('prisma/schema-engine/cli.mjs', import.meta.url),
);

// The CLI would ask a server of Prisma's for newer versions and tell it which command ran.
process.env.CHECKPOINT_DISABLE ??= '1';

// The page of Prisma Studio reports its start from the browser, which does not see that variable. With this policy the
// browser lets the page load and call only what the CLI serves on this machine.
const STUDIO_PAGE =
  "default-src 'self'; script-src 'self' 'unsafe-inline' 'wasm-unsafe-eval' blob:; style-src 'self' 'unsafe-inline'; " +
  "img-src 'self' data: blob:; font-src 'self' data:; worker-src 'self' blob:; frame-ancestors 'none'";
subscribe('http.server.request.start', (message) => {
  const { response } = message as { response: ServerResponse };
  response.setHeader('content-security-policy', STUDIO_PAGE);
});

/** `prisma generate` and its like must not start a server. */
function needsDatabase([command = '', ...rest]: string[]): boolean {
  const asksForHelp = rest.some((argument) => argument === '--help' || argument === '-h');
  return ['migrate', 'db', 'studio'].includes(command) && !asksForHelp;
}

/** The server's database as its owner. The embedded one runs for as long as the command. */
async function databaseUrl(): Promise<string> {
  loadDotEnv();
  const config = loadConfig();
  const given = config.MIGRATION_DATABASE_URL ?? config.DATABASE_URL;
  if (given) return given;
  if (!needsDatabase(process.argv.slice(2))) return 'postgresql://unused@127.0.0.1:1/unused';
  return joinEmbedded(config).ready;
}

const url = await databaseUrl();
process.env.DATABASE_URL ??= url; // the seed script, a child of the CLI, uses the same one

export default defineConfig({
  schema: 'prisma/schema.prisma',
  migrations: { path: 'prisma/migrations', seed: 'tsx prisma/seed.ts' },
  datasource: { url },
});
