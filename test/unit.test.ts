import { execFileSync } from 'node:child_process';
import { Type } from '@sinclair/typebox';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { describeBuild, readBuildInfo } from '../src/config/build-info.js';
import { loadConfig } from '../src/config/config.js';
import { createLogger } from '../src/config/logger.js';
import { schemaRef } from '../src/contract/schemas.js';
import { readTimestamp } from '../src/database/sql.js';
import { parseQuery } from '../src/platform/query-string.js';
import { assertTestDatabase } from './setup/databases.js';

describe('the build', () => {
  const now = new Date('2026-01-02T03:04:05Z');

  it('is described by its arguments first', () => {
    const env = { GIT_COMMIT: 'abc', BUILD_DATE: '2026-01-01', VERSION: '9.9.9' };
    expect(describeBuild(env, now)).toEqual({
      commit: 'abc',
      buildDate: '2026-01-01',
      version: '9.9.9',
    });
  });

  it('is described by Git otherwise', () => {
    const { commit, buildDate } = describeBuild({}, now);
    const head = execFileSync('git', ['rev-parse', 'HEAD'], { encoding: 'utf8' }).trim();
    expect(commit.replace(/-dirty$/, '')).toBe(head);
    expect(buildDate).toBe('2026-01-02T03:04:05.000Z');
  });

  it('has the name and version of package.json when sources run', () => {
    expect(readBuildInfo()).toMatchObject({
      name: 'secure-release-platform',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
    });
  });
});

describe('logs', () => {
  it('are JSON, except on a terminal', async () => {
    const json = await createLogger(loadConfig({ LOG_FORMAT: 'json' }));
    expect(json).toMatchObject({ level: 'info' });
    expect(json).not.toHaveProperty('stream');
    const pretty = await createLogger(loadConfig({ LOG_FORMAT: 'pretty', LOG_LEVEL: 'warn' }));
    expect(pretty).toMatchObject({ level: 'warn', stream: expect.anything() });
  });
});

describe('timestamps', () => {
  const parse = pg.types.getTypeParser(pg.types.builtins.TIMESTAMPTZ, 'text');

  it.each([
    '2026-11-23 10:00:00+00',
    '2026-11-23 10:00:00.1+00',
    '2026-11-23 10:00:00.123+00',
    '2026-11-23 10:00:00.123456+00',
    '0001-01-01 00:00:00+00',
    '9999-12-31 23:59:59.999+00',
    '2026-11-23 12:00:00.123+02',
    '2026-11-23 15:30:00.5+05:30',
    '10000-01-01 00:00:00+00',
    '0044-03-15 12:00:00+00 BC',
    'infinity',
  ])('are read as pg reads them: %s', (text) => {
    expect(readTimestamp(text)).toEqual(parse(text));
  });
});

describe('query strings', () => {
  it('mark values that are not valid percent-encoded UTF-8', () => {
    expect(parseQuery('a=1&b=%41+x&b=2')).toEqual({ a: '1', b: ['A x', '2'] });
    expect(parseQuery('a=%FF&b=1')).toEqual({ a: '\ud800', b: '1' });
    expect(parseQuery('')).toEqual({});
  });
});

describe('test safety', () => {
  it('refuses a database without the test prefix', () => {
    expect(() => assertTestDatabase('postgresql://x/secure_release_db')).toThrow(/tests refuse/);
    expect(assertTestDatabase('postgresql://x/srp_test_1')).toBe('srp_test_1');
  });
});

describe('schemaRef', () => {
  it('needs a schema with a name', () => {
    expect(() => schemaRef(Type.Object({}))).toThrow(/\$id/);
  });
});
