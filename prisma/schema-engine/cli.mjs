#!/usr/bin/env node
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { parseArgs } from 'node:util';
import { databaseName, withClient, withDatabase } from './connection.mjs';
import { createEngine } from './engine.mjs';
import { panic } from './load.mjs';

/**
 * Stands in for Prisma's native `schema-engine` binary: the official CLI starts this file (through
 * PRISMA_SCHEMA_ENGINE_BINARY) and speaks JSON-RPC 2.0 with it, a message a line on stdin and stdout.
 */

/** The CLI drops the first line of stderr and reads the rest as JSON lines. */
function fail(fields) {
  const line = { level: 'ERROR', target: 'schema_engine::logger', fields };
  process.stderr.write(`\n${JSON.stringify(line)}\n`);
  process.exit(1);
}

const die = (error) => fail({ message: panic.message || error?.message || String(error) });
process.on('uncaughtException', die).on('unhandledRejection', die); // WebAssembly panics arrive here

/** Prisma's error codes for what can go wrong while connecting (https://pris.ly/d/error-reference). */
function connectionFailure(error, url) {
  const { hostname, port, username } = new URL(url);
  if (error.code === '3D000') {
    return { error_code: 'P1003', message: `Database \`${databaseName(url)}\` does not exist` };
  }
  if (error.code === '28P01' || error.code === '28000') {
    const message = `Authentication failed for \`${username}\`: ${error.message}`;
    return { error_code: 'P1000', message };
  }
  if (error.severity) return { error_code: 'P1010', message: error.message };
  const address = `${hostname}:${port || 5432}`;
  const message = `Can't reach database server at \`${address}\` (${error.code ?? error.message})`;
  return { error_code: 'P1001', message };
}

/** The one-shot commands: `schema-engine cli can-connect-to-database` and its siblings. */
async function runCommand(command, url) {
  const name = `"${databaseName(url).replaceAll('"', '""')}"`;
  const admin = withDatabase(url, 'postgres');
  const [target, sql] =
    {
      'can-connect-to-database': [url, 'SELECT 1'],
      'create-database': [admin, `CREATE DATABASE ${name}`],
      'drop-database': [admin, `DROP DATABASE ${name} WITH (FORCE)`],
    }[command] ?? fail({ message: `unknown command: ${command}` });
  await withClient(target, (client) => client.query(sql)).catch((error) =>
    fail(connectionFailure(error, url)),
  );
}

const send = (message) =>
  process.stdout.write(`${JSON.stringify({ jsonrpc: '2.0', ...message })}\n`);

async function answer(session, { id, method, params }) {
  const name = method === 'getDatabaseVersion' ? 'version' : method;
  // This build finds its shadow database in devDiagnostic only; what that replays, the engine keeps. After
  // migrations were applied to an empty database, evaluateDataLoss would look for it and fail.
  if (name === 'evaluateDataLoss') {
    const { migrationsList, filters } = params;
    await session.engine.devDiagnostic({ migrationsList, filters });
  }
  const result = (await session.engine[name](params)) ?? null;
  // The native engine prints a diff through a call of its own; the CLI shows only that.
  if (method === 'diff' && result.stdout) {
    send({ id: 0, method: 'print', params: { content: result.stdout } });
  }
  send({ id, result });
}

function answerError(session, { id }, error) {
  const data = {
    is_panic: false,
    message: session?.explain(error) ?? error.message,
    meta: error.meta ?? null,
    error_code: error.code ?? null,
  };
  send({ id, error: { code: 4466, message: 'Schema engine error', data } });
}

/** Answers requests until stdin closes. */
async function serve(url, files) {
  const datamodels =
    files && (await Promise.all(files.map(async (file) => [file, await readFile(file, 'utf8')])));
  let session;
  for await (const line of createInterface({ input: process.stdin })) {
    const request = JSON.parse(line);
    if (!request.method) continue; // the CLI's acknowledgement of our `print`
    try {
      session ??= await createEngine(url, { datamodels });
      await answer(session, request);
    } catch (error) {
      answerError(session, request, error);
    }
  }
  await session?.close();
}

if (process.argv.includes('--version')) {
  process.stdout.write('schema-engine-cli wasm\n'); // without this `prisma --version` hangs
  process.exit(0);
}

const { values, positionals } = parseArgs({
  strict: false,
  allowPositionals: true,
  options: { datasource: { type: 'string' }, datamodels: { type: 'string', multiple: true } },
});
const { url, shadowDatabaseUrl } = JSON.parse(values.datasource ?? '{}');
if (shadowDatabaseUrl) fail({ message: 'shadowDatabaseUrl is not supported; grant CREATEDB' });

if (positionals[0] === 'cli') await runCommand(positionals[1], url);
else await serve(url, values.datamodels);
process.exit(0);
