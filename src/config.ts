import { resolve } from 'node:path';
import { type Static, type TSchema, Type } from '@sinclair/typebox';
import { Ajv, type ErrorObject } from 'ajv';
import { stringEnum } from './shared/schemas.js';

const milliseconds = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3_600_000, default: fallback, description });

/** Every environment variable that the server reads, with its default and its limits. */
export const EnvSchema = Type.Object({
  HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 for every interface',
  }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 8000,
    description: 'Port to listen on; 0 takes a free one',
  }),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://.+/.+',
      description:
        'postgresql://user:password@host:port/database; unset: the embedded PostgreSQL is started',
    }),
  ),
  EMBEDDED_PG_PORT: Type.Integer({
    minimum: 1,
    maximum: 65_535,
    default: 54_329,
    description: 'Port of the embedded PostgreSQL on 127.0.0.1',
  }),
  EMBEDDED_PG_DIR: Type.String({
    minLength: 1,
    default: '.data/postgres',
    description: 'Folder of the embedded PostgreSQL: data, password and log',
  }),
  MIGRATE_ON_START: Type.Boolean({
    default: true,
    description: 'Apply pending migrations at start; false: refuse to start behind the schema',
  }),
  LOG_LEVEL: stringEnum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Least severity that is logged',
  }),
  LOG_FORMAT: stringEnum(['auto', 'json', 'pretty'], {
    default: 'auto',
    description: 'JSON lines, or readable text; auto: readable on a terminal',
  }),
  BODY_LIMIT: Type.Integer({
    minimum: 1,
    maximum: 1_073_741_824,
    default: 1_048_576,
    description: 'Largest request body, in bytes',
  }),
  DATABASE_POOL_MAX: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: 'Most connections to PostgreSQL that one instance keeps',
  }),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds(
    5000,
    'How long a request waits for a connection (a free one of the pool, or a new one)',
  ),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(15_000, 'Longest run of one SQL statement'),
  DATABASE_IDLE_TIMEOUT_MS: milliseconds(60_000, 'An unused connection is closed after this time'),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, 'A client has this long to send its request'),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(72_000, 'An idle keep-alive connection is closed after this'),
  SHUTDOWN_TIMEOUT_MS: milliseconds(
    10_000,
    'Running requests have this long to finish at shutdown',
  ),
});

type Env = Static<typeof EnvSchema>;

/** The validated configuration: numbers are numbers, paths are absolute, nothing can be changed. */
export type Config = Readonly<Env>;

/** A variable that the server cannot start with; the message is one line and names it. */
export class ConfigError extends Error {
  override name = 'ConfigError';
}

/** A variable's text as the type that its schema asks for; text that is no such value stays text. */
function parse(schema: TSchema, text: string): string | number | boolean {
  if (schema.type === 'integer' && /^(0|[1-9]\d{0,15})$/.test(text)) return Number(text);
  if (schema.type === 'boolean' && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Says what a variable must be, never what it is where the value may hold a password. */
function explain(error: ErrorObject, env: NodeJS.ProcessEnv): string {
  const name = error.instancePath.slice(1).split('/')[0] ?? '';
  if (name === 'DATABASE_URL') {
    return 'DATABASE_URL must look like postgresql://user:password@host:port/database';
  }
  const schema: TSchema | undefined = EnvSchema.properties[name as keyof Env];
  let expected = error.message ?? 'something else';
  if (schema?.type === 'integer')
    expected = `an integer from ${schema.minimum} to ${schema.maximum}`;
  if (schema?.type === 'boolean') expected = 'true or false';
  if (schema?.enum) expected = `one of ${schema.enum.join(', ')}`;
  return `${name} must be ${expected}, but is ${JSON.stringify(env[name])}`;
}

/**
 * Reads the configuration from environment variables. An empty variable counts as unset.
 * @throws {ConfigError} on the first variable that has no valid value
 */
export function loadConfig(env: NodeJS.ProcessEnv = process.env): Config {
  const values: Record<string, unknown> = {};
  for (const [name, schema] of Object.entries<TSchema>(EnvSchema.properties)) {
    const text = env[name]?.trim();
    if (text) values[name] = parse(schema, text);
  }
  const validate = new Ajv({ useDefaults: true, meta: false, validateSchema: false }).compile<Env>(
    EnvSchema,
  );
  if (!validate(values)) {
    const [error] = validate.errors ?? [];
    throw new ConfigError(error ? explain(error, env) : 'the configuration is not valid');
  }
  if (values.DATABASE_URL !== undefined && !URL.canParse(values.DATABASE_URL)) {
    throw new ConfigError(
      'DATABASE_URL is not a valid URL: percent-encode special characters of the password',
    );
  }
  return Object.freeze({ ...values, EMBEDDED_PG_DIR: resolve(values.EMBEDDED_PG_DIR) });
}

/** Adds the variables of a `.env` file in the working directory; those already set win. */
export function loadDotEnv(): void {
  try {
    process.loadEnvFile();
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code !== 'ENOENT') throw new ConfigError(`cannot read .env: ${message}`);
  }
}
