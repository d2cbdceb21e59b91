import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { authMode, ConfigError, listOf, loadConfig } from '../src/config/config.js';
import { EnvSchema } from '../src/config/env-schema.js';
import { signInSettings } from '../src/config/sign-in.js';

describe('the configuration', () => {
  it('has defaults for all variables that can have one', () => {
    expect(loadConfig({})).toEqual({
      HOST: '127.0.0.1',
      PORT: 8000,
      ALLOWED_HOSTS: '',
      TRUST_PROXY: '',
      CORS_ORIGINS: '',
      RATE_LIMIT_FAILED_LOGINS: 20,
      SIGN_IN_GROUPS_CLAIM: 'groups',
      SIGN_IN_GROUPS: '',
      METRICS_PUBLIC: false,
      EMBEDDED_PG_PORT: 54_329,
      EMBEDDED_PG_DIR: resolve('.data/postgres'),
      SIGNING_KEYS_DIR: resolve('.data/keys'),
      WEBHOOK_PRIVATE_HOSTS: '',
      LOG_PUBLIC: false,
      MIGRATE_ON_START: true,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'auto',
      BODY_LIMIT: 1_048_576,
      EVIDENCE_WORKERS: 2,
      DECISION_WORKERS: 2,
      QUOTA_REPORTS_PER_RELEASE: 10_000,
      QUOTA_BYTES_PER_PROJECT: 107_374_182_400,
      QUOTA_KEPT_ANSWER_BYTES: 1_048_576,
      QUOTA_ALIASES_PER_FINDING: 200,
      QUOTA_LICENCES_PER_COMPONENT: 500,
      DATABASE_POOL_MAX: 10,
      DATABASE_CONNECT_TIMEOUT_MS: 5000,
      DATABASE_STATEMENT_TIMEOUT_MS: 15_000,
      DATABASE_LOCK_TIMEOUT_MS: 2000,
      DATABASE_IDLE_TIMEOUT_MS: 60_000,
      REQUEST_TIMEOUT_MS: 30_000,
      KEEP_ALIVE_TIMEOUT_MS: 72_000,
      MAX_EVENT_LOOP_DELAY_MS: 1000,
      SHUTDOWN_DELAY_MS: 0,
      SHUTDOWN_TIMEOUT_MS: 10_000,
    });
  });

  it('reads values, ignores other variables and is frozen', () => {
    const config = loadConfig({
      PORT: ' 9000 ',
      MIGRATE_ON_START: 'false',
      LOG_LEVEL: 'debug',
      DATABASE_URL: 'postgresql://u:p%40ss@db:5432/name',
      HOST: '',
      HOME: '/root',
    });
    expect(config).toMatchObject({ PORT: 9000, MIGRATE_ON_START: false, HOST: '127.0.0.1' });
    expect(config).not.toHaveProperty('HOME');
    expect(Object.isFrozen(config)).toBe(true);
  });

  it.each([
    [
      'MIGRATION_DATABASE_URL',
      'mysql://u:hunter2@db/x',
      'MIGRATION_DATABASE_URL must look like postgresql://user:password@host:port/database',
    ],
    [
      'MIGRATION_DATABASE_URL',
      'postgresql://u:hunter2@db/x',
      "MIGRATION_DATABASE_URL needs DATABASE_URL, which is the server's own: a role that is not the owner",
    ],
    ['PORT', '80a', 'PORT must be an integer from 0 to 65535, but is "80a"'],
    ['PORT', '1e3', 'PORT must be an integer from 0 to 65535, but is "1e3"'],
    ['PORT', '-1', 'PORT must be an integer from 0 to 65535, but is "-1"'],
    ['PORT', '65536', 'PORT must be an integer from 0 to 65535, but is "65536"'],
    ['BODY_LIMIT', '0', 'BODY_LIMIT must be an integer from 1 to 1073741824, but is "0"'],
    ['EVIDENCE_WORKERS', '0', 'EVIDENCE_WORKERS must be an integer from 1 to 64, but is "0"'],
    ['EVIDENCE_WORKERS', '65', 'EVIDENCE_WORKERS must be an integer from 1 to 64, but is "65"'],
    ['MIGRATE_ON_START', 'yes', 'MIGRATE_ON_START must be true or false, but is "yes"'],
    ['LOG_FORMAT', 'xml', 'LOG_FORMAT must be one of auto, json, pretty, but is "xml"'],
    [
      'ALLOWED_HOSTS',
      'a b',
      'ALLOWED_HOSTS must be host names without port, separated by commas, but is "a b"',
    ],
    [
      'TRUST_PROXY',
      '10.0.0.0/8,999.1.1.1',
      'TRUST_PROXY must hold IP addresses or networks, but has "999.1.1.1"',
    ],
    [
      'TRUST_PROXY',
      '10.0.0.0/33',
      'TRUST_PROXY must hold IP addresses or networks, but has "10.0.0.0/33"',
    ],
    [
      'TRUST_PROXY',
      '10.0.0.0/0',
      'TRUST_PROXY must hold IP addresses or networks, but has "10.0.0.0/0"',
    ],
    [
      'CORS_ORIGINS',
      '*',
      'CORS_ORIGINS must be origins such as https://portal.example.org, separated by commas, but is "*"',
    ],
    [
      'DATABASE_URL',
      'mysql://user:hunter2@db/name',
      'DATABASE_URL must look like postgresql://user:password@host:port/database',
    ],
    [
      'DATABASE_URL',
      'postgresql://user:hunter2#@[/name',
      'DATABASE_URL is not a valid URL. Percent-encode special characters in the password',
    ],
    [
      'PUBLIC_URL',
      'https://srp.example.org/path',
      'PUBLIC_URL must be an address such as https://srp.example.org, without a path, but is "https://srp.example.org/path"',
    ],
    [
      'SIGN_IN_ISSUER',
      'http://login.example.org',
      'SIGN_IN_ISSUER must be an https URL without query and fragment (http only for this machine), but is "http://login.example.org"',
    ],
    [
      'SIGN_IN_CLIENT_SECRET',
      'x'.repeat(2001),
      'SIGN_IN_CLIENT_SECRET must have at most 2000 characters',
    ],
  ])('refuses %s=%s in one line that names it', (name, value, message) => {
    expect(() => loadConfig({ [name]: value })).toThrow(new ConfigError(message));
    expect(message).not.toContain('\n');
  });
});

describe('AUTH_MODE', () => {
  it.each(['127.0.0.1', '127.1.2.3', '::1', 'localhost'])('is none by default on %s', (HOST) => {
    expect(authMode(loadConfig({ HOST }))).toBe('none');
  });

  it.each(['0.0.0.0', '::', '10.1.2.3', '127.example.org'])('must be set on %s', (HOST) => {
    expect(() => authMode(loadConfig({ HOST }))).toThrow(ConfigError);
    expect(() => authMode(loadConfig({ HOST }))).toThrow(/AUTH_MODE=token/);
    expect(authMode(loadConfig({ HOST, AUTH_MODE: 'none' }))).toBe('none');
    expect(authMode(loadConfig({ HOST, AUTH_MODE: 'token' }))).toBe('token');
  });
});

describe('signing in', () => {
  const all = {
    AUTH_MODE: 'token',
    PUBLIC_URL: 'https://srp.example.org',
    SIGN_IN_ISSUER: 'https://login.example.org/tenant/',
    SIGN_IN_CLIENT_ID: 'srp',
    SIGN_IN_CLIENT_SECRET: 'hunter2',
    SIGN_IN_GROUPS: 'developers, release managers',
  };

  it('has settings, or none', () => {
    expect(signInSettings(loadConfig({}))).toBeUndefined();
    expect(signInSettings(loadConfig(all))).toEqual({
      issuer: 'https://login.example.org/tenant/',
      clientId: 'srp',
      clientSecret: 'hunter2',
      groupsClaim: 'groups',
      groups: ['developers', 'release managers'],
      publicUrl: 'https://srp.example.org',
      secure: true,
    });
  });

  it.each(['http://localhost:8000', 'http://127.0.0.1'])(
    'has cookies without Secure on %s',
    (PUBLIC_URL) => {
      const settings = signInSettings(loadConfig({ ...all, PUBLIC_URL }));
      expect(settings).toMatchObject({ secure: false, publicUrl: PUBLIC_URL });
    },
  );

  it.each([
    ['AUTH_MODE', 'none', /AUTH_MODE=token/],
    ['AUTH_MODE', '', /AUTH_MODE=token/],
    ['PUBLIC_URL', '', /PUBLIC_URL/],
    ['PUBLIC_URL', 'http://srp.example.org', /an https PUBLIC_URL/],
    ['SIGN_IN_CLIENT_ID', '', /SIGN_IN_CLIENT_ID/],
    ['SIGN_IN_CLIENT_SECRET', '', /SIGN_IN_CLIENT_SECRET/],
    ['SIGN_IN_GROUPS', '', /SIGN_IN_GROUPS/],
  ])('is refused with %s=%s, in one line that names what is missing', (name, value, expected) => {
    const config = loadConfig({ ...all, [name]: value });
    expect(() => signInSettings(config)).toThrow(ConfigError);
    expect(() => signInSettings(config)).toThrow(expected);
    expect(() => signInSettings(config)).not.toThrow(/hunter2|\n/);
  });
});

describe('lists', () => {
  it('are separated by commas', () => {
    expect(listOf('')).toEqual([]);
    expect(listOf('a,b')).toEqual(['a', 'b']);
  });
});

describe('.env.example', () => {
  it('lists every variable with its default', async () => {
    const text = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    const listed = [...text.matchAll(/^# ([A-Z_]+)=(.*)$/gm)].map(([, name, value]) => [
      name,
      value,
    ]);
    const expected = Object.entries(EnvSchema.properties).map(([name, schema]) => [
      name,
      String((schema as { default?: unknown }).default ?? ''),
    ]);
    expect(listed).toEqual(expected);
  });
});
