import { type StringOptions, Type } from '@sinclair/typebox';
import { stringEnum } from '../contract/schemas.js';

const milliseconds = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3_600_000, default: fallback, description });

const NAME = '[A-Za-z0-9.-]+';
const PROXY = '(?:[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?|loopback|linklocal|uniquelocal)';
const ORIGIN = 'https?://[A-Za-z0-9.-]+(?::[0-9]+)?';

/** Several values in one variable; `listOf` takes them apart. */
const list = (item: string, options: StringOptions) =>
  Type.String({ ...options, pattern: `^(?:${item}(?:,${item})*)?$`, default: '' });

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
  AUTH_MODE: Type.Optional(
    stringEnum(['none', 'token'], {
      description:
        'none: everybody may do everything; token: callers need a token. Unset: none on loopback, else the start is refused',
    }),
  ),
  ALLOWED_HOSTS: list(NAME, {
    'x-rule': 'host names without port, separated by commas',
    description:
      'With AUTH_MODE=none: names in the Host header besides localhost and loopback addresses',
  }),
  TRUST_PROXY: list(PROXY, {
    'x-rule': 'IP addresses or networks, or loopback, linklocal, uniquelocal, separated by commas',
    description: 'Proxies whose X-Forwarded-For is believed, by address or network',
  }),
  CORS_ORIGINS: list(ORIGIN, {
    'x-rule': 'origins such as https://portal.example.org, separated by commas',
    description: 'Web pages that may call from a browser, by origin',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description:
        'Requests a minute of one token or address, per instance; 0: no limit. Unset: 600 with AUTH_MODE=token on other than loopback, else no limit',
    }),
  ),
  RATE_LIMIT_FAILED_LOGINS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 20,
    description: 'The same for tokens that are refused, of one address, where there is a limit',
  }),
  METRICS_PUBLIC: Type.Boolean({
    default: false,
    description: 'Answer /metrics without a token',
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
  EVIDENCE_WORKERS: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 2,
    description:
      'Documents that are read at one time, each by a thread; one of 32 MiB may take 500 MiB of memory',
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
  DATABASE_LOCK_TIMEOUT_MS: milliseconds(
    2000,
    'How long a statement, or a request with the same Idempotency-Key, waits for another',
  ),
  DATABASE_IDLE_TIMEOUT_MS: milliseconds(60_000, 'An unused connection is closed after this time'),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, 'A client has this long to send its request'),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(72_000, 'An idle keep-alive connection is closed after this'),
  MAX_EVENT_LOOP_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    default: 1000,
    description: 'Requests are refused while they would wait longer for the processor; 0: never',
  }),
  SHUTDOWN_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    default: 0,
    description:
      'At shutdown, go on serving for this long after /health/ready has turned 503, for load balancers to notice',
  }),
  SHUTDOWN_TIMEOUT_MS: milliseconds(
    10_000,
    'Running requests have this long to finish at shutdown',
  ),
});
