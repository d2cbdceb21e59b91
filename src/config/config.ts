import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import type { Static, TSchema } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { EnvSchema } from './env-schema.js';

type Env = Static<typeof EnvSchema>;

/** The validated, frozen configuration. Paths are absolute. */
export type Config = Readonly<Env>;

/** A variable is not valid. The message is one line that names it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** Converts a variable to the type of its schema. Text that cannot be converted stays text. */
function parse(schema: TSchema, text: string): string | number | boolean {
  if (schema.type === 'integer' && /^(0|[1-9]\d{0,15})$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Variables that may contain a password. Messages never include their values. */
const URLS = ['DATABASE_URL', 'MIGRATION_DATABASE_URL'] as const;

/** Describes the expected value. Never includes the client secret. */
function settingMessage(error: ErrorObject, env: NodeJS.ProcessEnv): string {
  const name = error.instancePath.slice(1).split('/')[0] ?? '';
  if (URLS.some((url) => url === name))
    return `${name} must look like postgresql://user:password@host:port/database`;
  if (name === 'SIGN_IN_CLIENT_SECRET') return `${name} must have at most 2000 characters`;
  const schema: TSchema | undefined = EnvSchema.properties[name as keyof Env];
  let expected = error.message ?? 'valid';
  if (schema?.type === 'integer')
    expected = `an integer from ${schema.minimum} to ${schema.maximum}`;
  if (schema?.type === 'boolean') expected = 'true or false';
  if (schema?.['x-rule']) expected = schema['x-rule'];
  if (schema?.enum) expected = `one of ${schema.enum.join(', ')}`;
  // The value of such a variable may have a password.
  if (schema?.writeOnly) return `${name} must be ${expected}`;
  return `${name} must be ${expected}, but is ${JSON.stringify(env[name])}`;
}

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 * @throws {ConfigError} names the first variable that is not valid
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<TSchema>(EnvSchema.properties)) {
    const text = env[name]?.trim();
    if (text) values[name] = parse(schema, text);
  }
  const ajv = new Ajv({ useDefaults: true, meta: false, validateSchema: false });
  const validate = ajv.addKeyword('x-rule').compile<Env>(EnvSchema);
  if (!validate(values)) {
    const [error] = validate.errors ?? [];
    throw new ConfigError(error ? settingMessage(error, env) : 'the configuration is not valid');
  }
  for (const name of URLS) {
    if (values[name] === undefined || URL.canParse(values[name])) continue;
    throw new ConfigError(
      `${name} is not a valid URL. Percent-encode special characters in the password`,
    );
  }
  if (values.MIGRATION_DATABASE_URL !== undefined && values.DATABASE_URL === undefined) {
    throw new ConfigError(
      "MIGRATION_DATABASE_URL needs DATABASE_URL, which is the server's own: a role that is not the owner",
    );
  }
  for (const proxy of listOf(values.TRUST_PROXY)) checkProxy(proxy);
  const EMBEDDED_PG_DIR = resolve(values.EMBEDDED_PG_DIR);
  const beside = values.DATABASE_URL === undefined ? join(EMBEDDED_PG_DIR, '../keys') : undefined;
  const keys = values.SIGNING_KEYS_DIR ?? beside;
  return Object.freeze({
    ...values,
    EMBEDDED_PG_DIR,
    ...(keys !== undefined && { SIGNING_KEYS_DIR: resolve(keys) }),
  });
}

/** The schema's pattern also matches text that is not an IP address, so it is checked here. */
function checkProxy(proxy: string): void {
  if (/^[a-z]+$/.test(proxy)) return; // a name for several networks
  const [address = '', bits] = proxy.split('/');
  const version = isIP(address);
  if (version !== 0 && Number(bits ?? 1) >= 1 && Number(bits ?? 1) <= (version === 4 ? 32 : 128))
    return;
  throw new ConfigError(`TRUST_PROXY must hold IP addresses or networks, but has "${proxy}"`);
}

/** Splits the value of a variable that holds a list. */
export function listOf(text: string): string[] {
  return text === '' ? [] : text.split(',');
}

/** True if only programs on this machine can reach the address. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));
}

/**
 * Returns the authentication mode.
 * @throws {ConfigError} if AUTH_MODE is unset and HOST is not loopback
 */
export function authMode({ AUTH_MODE, HOST }: Config): 'none' | 'token' {
  if (AUTH_MODE) return AUTH_MODE;
  if (isLoopback(HOST)) return 'none';
  throw new ConfigError(
    `HOST=${HOST} is reachable from other machines: set AUTH_MODE=token (callers need a token; ` +
      'create the first with "npm run token -- create"), or AUTH_MODE=none if anyone who can reach ' +
      'the port may change everything',
  );
}

/** Adds the variables of `.env` in the working directory. Variables that are already set win. */
export function loadDotEnv(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new ConfigError(`cannot read .env: ${message}`);
  }
}
