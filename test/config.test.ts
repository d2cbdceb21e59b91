import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ConfigError, EnvSchema, loadConfig } from '../src/config.js';

describe('the configuration', () => {
  it('has defaults for everything but DATABASE_URL', () => {
    expect(loadConfig({})).toEqual({
      HOST: '127.0.0.1',
      PORT: 8000,
      EMBEDDED_PG_PORT: 54_329,
      EMBEDDED_PG_DIR: resolve('.data/postgres'),
      MIGRATE_ON_START: true,
      LOG_LEVEL: 'info',
      LOG_FORMAT: 'auto',
      BODY_LIMIT: 1_048_576,
      DATABASE_POOL_MAX: 10,
      DATABASE_CONNECT_TIMEOUT_MS: 5000,
      DATABASE_STATEMENT_TIMEOUT_MS: 15_000,
      DATABASE_IDLE_TIMEOUT_MS: 60_000,
      REQUEST_TIMEOUT_MS: 30_000,
      KEEP_ALIVE_TIMEOUT_MS: 72_000,
      SHUTDOWN_TIMEOUT_MS: 10_000,
    });
  });

  it('reads values, ignores the rest of the environment and cannot be changed', () => {
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
    ['PORT', '80a', 'PORT must be an integer from 0 to 65535, but is "80a"'],
    ['PORT', '1e3', 'PORT must be an integer from 0 to 65535, but is "1e3"'],
    ['PORT', '-1', 'PORT must be an integer from 0 to 65535, but is "-1"'],
    ['PORT', '65536', 'PORT must be an integer from 0 to 65535, but is "65536"'],
    ['BODY_LIMIT', '0', 'BODY_LIMIT must be an integer from 1 to 1073741824, but is "0"'],
    ['MIGRATE_ON_START', 'yes', 'MIGRATE_ON_START must be true or false, but is "yes"'],
    ['LOG_FORMAT', 'xml', 'LOG_FORMAT must be one of auto, json, pretty, but is "xml"'],
    [
      'DATABASE_URL',
      'mysql://user:hunter2@db/name',
      'DATABASE_URL must look like postgresql://user:password@host:port/database',
    ],
    [
      'DATABASE_URL',
      'postgresql://user:hunter2#@[/name',
      'DATABASE_URL is not a valid URL: percent-encode special characters of the password',
    ],
  ])('refuses %s=%s in one line that names it', (name, value, message) => {
    expect(() => loadConfig({ [name]: value })).toThrow(new ConfigError(message));
    expect(message).not.toContain('\n');
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
