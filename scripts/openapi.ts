import { readFile, writeFile } from 'node:fs/promises';
import { buildApp } from '../src/app.js';
import { loadConfig } from '../src/config/config.js';
import { openDatabase } from '../src/database/client.js';

/** Writes docs/openapi.json from the routes. With `--check`, only checks that it is current. */
const FILE = new URL('../docs/openapi.json', import.meta.url);
const { version } = JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8'));

// The document of a server with authentication, which is the usual deployment.
const config = loadConfig({ AUTH_MODE: 'token', HOST: '0.0.0.0' });
const database = openDatabase('postgresql://unused@127.0.0.1:1/unused', config);
const build = { name: 'secure-release-platform', version, commit: 'unknown', buildDate: 'unknown' };
const app = await buildApp({ config, database, build });
const { body } = await app.inject('/openapi.json');
const document = `${JSON.stringify(JSON.parse(body), null, 2)}\n`;
await app.close();
await database.close();

if (!process.argv.includes('--check')) {
  await writeFile(FILE, document);
} else if ((await readFile(FILE, 'utf8').catch(() => '')) !== document) {
  console.error('docs/openapi.json is outdated. Run "npm run openapi" and commit the file');
  process.exitCode = 1;
}
