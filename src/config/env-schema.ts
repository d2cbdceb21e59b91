import { type StringOptions, Type } from '@sinclair/typebox';
import { stringEnum } from '../contract/schemas.js';

const milliseconds = (fallback: number, description: string) =>
  Type.Integer({ minimum: 1, maximum: 3_600_000, default: fallback, description });

const quota = (fallback: number, description: string) =>
  Type.Integer({
    minimum: 0,
    maximum: Number.MAX_SAFE_INTEGER,
    default: fallback,
    description,
  });

const NAME = '[A-Za-z0-9.-]+';
const PROXY = '(?:[0-9A-Fa-f.:]+(?:/[0-9]{1,3})?|loopback|linklocal|uniquelocal)';
const ORIGIN = 'https?://[A-Za-z0-9.-]+(?::[0-9]+)?';

/** OpenID Connect Discovery 1.0, section 4, plus http for this machine. */
const ISSUER =
  '(?:https://[A-Za-z0-9][A-Za-z0-9.-]*|http://(?:localhost|127\\.0\\.0\\.1))(?::[0-9]{1,5})?(?:/[A-Za-z0-9._~/-]*)?';

/** A list in one variable. `listOf` splits it. */
const list = (item: string, options: StringOptions) =>
  Type.String({ ...options, pattern: `^(?:${item}(?:,${item})*)?$`, default: '' });

/** Every environment variable of the server, with default and limits. */
export const EnvSchema = Type.Object({
  HOST: Type.String({
    minLength: 1,
    default: '127.0.0.1',
    description: 'Address to listen on; 0.0.0.0 is every IPv4 interface',
  }),
  PORT: Type.Integer({
    minimum: 0,
    maximum: 65_535,
    default: 8000,
    description: 'Port to listen on; 0 takes a free port',
  }),
  AUTH_MODE: Type.Optional(
    stringEnum(['none', 'token'], {
      description: [
        'token: callers need a token. none: anyone who reaches the port has every permission.',
        'Unset: none if HOST is loopback, otherwise the server refuses to start',
      ].join(' '),
    }),
  ),
  ALLOWED_HOSTS: list(NAME, {
    'x-rule': 'host names without port, separated by commas',
    description: 'With AUTH_MODE=none: names allowed in the Host header besides loopback names',
  }),
  TRUST_PROXY: list(PROXY, {
    'x-rule': 'IP addresses or networks, or loopback, linklocal, uniquelocal, separated by commas',
    description: 'Proxies whose X-Forwarded-For is trusted, by address or network',
  }),
  CORS_ORIGINS: list(ORIGIN, {
    'x-rule': 'origins such as https://portal.example.org, separated by commas',
    description: 'Web origins that may call from a browser',
  }),
  RATE_LIMIT_PER_MINUTE: Type.Optional(
    Type.Integer({
      minimum: 0,
      maximum: 1_000_000,
      description: [
        'Requests per minute of one token or address, per instance; 0 is unlimited. Unset: 600 with AUTH_MODE=token',
        'on an address other than loopback, otherwise unlimited',
      ].join(' '),
    }),
  ),
  RATE_LIMIT_FAILED_LOGINS: Type.Integer({
    minimum: 1,
    maximum: 1_000_000,
    default: 20,
    description: 'Refused tokens per minute of one address, where a rate limit applies',
  }),
  PUBLIC_URL: Type.Optional(
    Type.String({
      maxLength: 300,
      pattern: `^${ORIGIN}$`,
      'x-rule': 'an address such as https://srp.example.org, without a path',
      description:
        'External URL of this server, such as https://srp.example.org. It names the log at the first start',
    }),
  ),
  SIGN_IN_ISSUER: Type.Optional(
    Type.String({
      maxLength: 500,
      pattern: `^${ISSUER}$`,
      'x-rule': 'an https URL without query and fragment (http only for this machine)',
      description:
        'OpenID Connect issuer at which people sign in. Unset: people cannot sign in. Needs AUTH_MODE=token',
    }),
  ),
  SIGN_IN_CLIENT_ID: Type.Optional(
    Type.String({ maxLength: 500, description: 'Client id of this server at SIGN_IN_ISSUER' }),
  ),
  SIGN_IN_CLIENT_SECRET: Type.Optional(
    Type.String({ maxLength: 2000, description: 'Client secret of this server at SIGN_IN_ISSUER' }),
  ),
  SIGN_IN_GROUPS_CLAIM: Type.String({
    minLength: 1,
    maxLength: 200,
    default: 'groups',
    description: "Claim with the person's groups, of the ID token or else of the user info",
  }),
  SIGN_IN_GROUPS: list('[^,\\x00-\\x1f]{1,200}', {
    maxLength: 20_000,
    'x-rule': 'names of groups, separated by commas',
    description: 'Groups that count. A person in none of them cannot sign in',
  }),
  METRICS_PUBLIC: Type.Boolean({
    default: false,
    description: 'true: /metrics needs no token',
  }),
  OTEL_EXPORTER_OTLP_ENDPOINT: Type.Optional(
    Type.String({
      maxLength: 2000,
      writeOnly: true,
      pattern: '^https?://[A-Za-z0-9.:[\\]-]+(?:/[A-Za-z0-9._~/-]*)?$',
      'x-rule': 'the http or https address of a collector, without user, query and fragment',
      description:
        'OpenTelemetry collector that receives traces, such as http://127.0.0.1:4318. Unset: none are made',
    }),
  ),
  OTEL_EXPORTER_OTLP_PROTOCOL: Type.Optional(
    stringEnum(['http/json'], {
      description: 'How traces are sent: OTLP over HTTP, as JSON. Collectors take it on port 4318',
    }),
  ),
  DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://.+/.+',
      description:
        'postgresql://user:password@host:port/database. Unset: the server starts its own PostgreSQL',
    }),
  ),
  MIGRATION_DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://.+/.+',
      description: [
        'With DATABASE_URL: the same database as its owner, who migrates it and makes the role of DATABASE_URL.',
        'Unset: DATABASE_URL is used for both',
      ].join(' '),
    }),
  ),
  RETENTION_DATABASE_URL: Type.Optional(
    Type.String({
      pattern: '^postgres(ql)?://.+/.+',
      description:
        'For the command `retention` alone: the same database as the role that removes documents',
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
    description: 'Directory of the embedded PostgreSQL: data, password and log',
  }),
  SIGNING_KEYS_DIR: Type.Optional(
    Type.String({
      minLength: 1,
      description: [
        'Directory of the private keys, and of what must not be in the database. All instances share it.',
        'Unset: `keys` beside EMBEDDED_PG_DIR, or none with DATABASE_URL',
      ].join(' '),
    }),
  ),
  WEBHOOK_PRIVATE_HOSTS: list('(?:[A-Za-z0-9.-]+|\\[[0-9A-Fa-f:.]+\\])', {
    maxLength: 10_000,
    'x-rule': 'host names or addresses without port, separated by commas; IPv6 in brackets',
    description:
      'Hosts of webhooks that may be in a private network or on this machine. All others must be public',
  }),
  LOG_PUBLIC: Type.Boolean({
    default: false,
    description: 'true: the log under /log needs no token. Events always need one',
  }),
  MIGRATE_ON_START: Type.Boolean({
    default: true,
    description:
      'Apply pending migrations at start. false: refuse to start if migrations are pending',
  }),
  LOG_LEVEL: stringEnum(['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'], {
    default: 'info',
    description: 'Minimum severity of log lines',
  }),
  LOG_FORMAT: stringEnum(['auto', 'json', 'pretty'], {
    default: 'auto',
    description: 'json, pretty, or auto: pretty on a terminal, otherwise JSON',
  }),
  BODY_LIMIT: Type.Integer({
    minimum: 1,
    maximum: 1_073_741_824,
    default: 1_048_576,
    description: 'Maximum size of a request body, in bytes',
  }),
  EVIDENCE_WORKERS: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 2,
    description:
      'Number of documents parsed at the same time. One of 32 MiB can take 500 MiB of memory',
  }),
  DECISION_WORKERS: Type.Integer({
    minimum: 1,
    maximum: 64,
    default: 2,
    description:
      'Number of large decisions made at the same time, each with its own database connection and up to 300 MiB of memory',
  }),
  QUOTA_REPORTS_PER_RELEASE: quota(10_000, 'Reports that count for one release; 0: no limit'),
  QUOTA_BYTES_PER_PROJECT: quota(
    107_374_182_400,
    'Bytes of the stored documents of one project, before compression; 0: no limit',
  ),
  QUOTA_KEPT_ANSWER_BYTES: quota(
    1_048_576,
    'Size of an answer that is kept for an Idempotency-Key, in bytes; 0: no limit',
  ),
  QUOTA_ALIASES_PER_FINDING: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 200,
    description: 'Other ids of one finding. Each costs a look-up in each verdict',
  }),
  QUOTA_LICENCES_PER_COMPONENT: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 500,
    description: 'Licences of one component',
  }),
  DATABASE_POOL_MAX: Type.Integer({
    minimum: 1,
    maximum: 1000,
    default: 10,
    description: 'Maximum number of database connections per instance',
  }),
  DATABASE_CONNECT_TIMEOUT_MS: milliseconds(
    5000,
    'How long a request waits for a database connection',
  ),
  DATABASE_STATEMENT_TIMEOUT_MS: milliseconds(15_000, 'Maximum duration of one SQL statement'),
  DATABASE_LOCK_TIMEOUT_MS: milliseconds(
    2000,
    'How long a statement waits for a lock, and a request for one with the same Idempotency-Key',
  ),
  DATABASE_IDLE_TIMEOUT_MS: milliseconds(60_000, 'Unused connections are closed after this time'),
  REQUEST_TIMEOUT_MS: milliseconds(30_000, 'How long a client may take to send its request'),
  KEEP_ALIVE_TIMEOUT_MS: milliseconds(
    72_000,
    'Idle keep-alive connections are closed after this time',
  ),
  MAX_EVENT_LOOP_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    default: 1000,
    description:
      'Requests are refused with 503 while the delay of the event loop is longer; 0 turns this off',
  }),
  SHUTDOWN_DELAY_MS: Type.Integer({
    minimum: 0,
    maximum: 3_600_000,
    default: 0,
    description: 'How long the server continues to serve after /health/ready has changed to 503',
  }),
  SHUTDOWN_TIMEOUT_MS: milliseconds(
    10_000,
    'How long running requests may take to finish at shutdown',
  ),
});
