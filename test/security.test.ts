import { crc32 } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import {
  ANONYMOUS,
  type Caller,
  projectsFor,
  reaches,
  scopesBeyond,
} from '../src/access/caller.js';
import { isSamePerson, requirePerson } from '../src/access/four-eyes.js';
import { acceptedVersions, entityTag, namesTag } from '../src/contract/entity-tags.js';
import {
  createSecret,
  hashSecret,
  isSecret,
  maskSecrets,
} from '../src/security/authentication/token-secret.js';
import type { AppError } from '../src/shared/app-error.js';

describe('the secret of a token', () => {
  it('has 256 random bits, a prefix and a checksum, always of one length', () => {
    const secrets = Array.from({ length: 2000 }, createSecret);
    expect(new Set(secrets).size).toBe(2000);
    for (const secret of secrets) {
      expect(secret).toMatch(/^srp_[0-9A-Za-z]{49}$/);
      expect(isSecret(secret)).toBe(true);
    }
    // Each digit turns up at a place that is not the first, which holds only the top bits.
    expect(new Set(secrets.map((secret) => secret[20])).size).toBe(62);
  });

  it('has the CRC-32 of its random part, in base62, as documented', () => {
    const secret = createSecret();
    const digits = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
    const sum = [...secret.slice(47)].reduce((n, c) => n * 62 + digits.indexOf(c), 0);
    expect(sum).toBe(crc32(secret.slice(4, 47)));
  });

  it('is distinguished from other texts', () => {
    const secret = createSecret();
    const other = secret[10] === 'x' ? 'y' : 'x';
    for (const text of ['', 'srp_', secret.slice(1), `${secret}0`, ` ${secret}`]) {
      expect(isSecret(text), text).toBe(false);
    }
    expect(isSecret(secret.slice(0, 10) + other + secret.slice(11))).toBe(false);
  });

  it('of a session is not that of a token', () => {
    const [token, session] = [createSecret(), createSecret('srps')];
    expect(session).toMatch(/^srps_[0-9A-Za-z]{49}$/);
    expect([isSecret(session), isSecret(session, 'srps'), isSecret(token, 'srps')]).toEqual([
      false,
      true,
      false,
    ]);
    expect(maskSecrets(`a ${session} b`)).toBe('a *** b');
  });

  it('is hashed with SHA-256', () => {
    expect(hashSecret('abc').toString('hex')).toBe(
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    );
  });

  it('is masked in text', () => {
    const jwt = 'eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiJ4In0.c2ln-bmF_0';
    expect(maskSecrets(`/a/${createSecret()}/b/${jwt}`)).toBe('/a/***/b/***');
    expect(maskSecrets('/projects/1/srp_x')).toBe('/projects/1/srp_x');
  });
});

describe('a caller', () => {
  const caller: Caller = {
    subject: 'a',
    credential: 'a',
    grants: [
      { scopes: ['projects:read'], projects: null },
      { scopes: ['projects:write'], projects: [1, 2] },
      { scopes: ['projects:write'], projects: [3] },
    ],
  };

  it('has each scope for the projects of the grants with it', () => {
    expect(projectsFor(caller, 'projects:read')).toBeNull();
    expect(projectsFor(caller, 'projects:write')).toEqual([1, 2, 3]);
    expect(projectsFor(caller, 'tokens:admin')).toEqual([]);
    expect(reaches(caller, 'projects:write', 3)).toBe(true);
    expect(reaches(caller, 'projects:write', 4)).toBe(false);
    expect(reaches(caller, 'tokens:admin', 1)).toBe(false);
  });

  it.each([
    [['projects:read'], null, []],
    [['projects:read', 'projects:write'], [1, 3], []],
    [['projects:write'], null, ['projects:write']],
    [['projects:write'], [1, 4], ['projects:write']],
    [['tokens:admin', 'metrics:read'], null, ['tokens:admin', 'metrics:read']],
    [['metrics:read'], [], ['metrics:read']],
  ] as const)('may pass on %j for %j but for %j', (scopes, projects, beyond) => {
    expect(scopesBeyond(caller, { scopes, projects })).toEqual(beyond);
  });
});

describe('a person', () => {
  const caller: Caller = { subject: 'alice', credential: 'token:1', grants: [] };
  const at = (hour: number) => new Date(Date.UTC(2026, 0, 1, hour));
  const codeOf = (act: () => void) => {
    try {
      act();
    } catch (error) {
      return (error as AppError).code;
    }
    return undefined;
  };

  it('is required: programs and unknown callers are refused', () => {
    expect(codeOf(() => requirePerson({ ...caller, person: true, via: 'token' }, 'It'))).toBe(
      undefined,
    );
    expect(codeOf(() => requirePerson(caller, 'It'))).toBe('identity-required');
    expect(codeOf(() => requirePerson({ ...ANONYMOUS, person: true }, 'It'))).toBe(
      'identity-required',
    );
  });

  it('is the same under each name that counted when it acted', () => {
    const aliases = [
      { subject: 'iss|1', until: null },
      { subject: 'iss|2', until: at(12) },
    ];
    const same = (name: string, hour: number) =>
      isSamePerson({ ...caller, aliases }, name, at(hour));
    expect([same('ALICE', 1), same('ISS|1', 23), same('iss|2', 12)]).toEqual([true, true, true]);
    expect([same('iss|2', 13), same('bob', 1)]).toEqual([false, false]);
  });
});

describe('entity tags', () => {
  it('are compared strongly for If-Match and weakly for If-None-Match', () => {
    expect(entityTag(3)).toBe('"3"');
    expect(acceptedVersions('"3", W/"4" ,"5"')).toEqual([3, 5]);
    expect(acceptedVersions(' * ')).toBeUndefined();
    expect(acceptedVersions('"03", "x", 3, ""')).toEqual([]);
    expect(entityTag(3, '9f86d081884c7d65')).toBe('"3.9f86d081884c7d65"');
    expect(acceptedVersions('"3.9f86d081884c7d65", "4.x", "5.", W/"6.9f86d081884c7d65"')).toEqual([
      3,
    ]);
    expect(namesTag('W/"3"', '"3"')).toBe(true);
    expect(namesTag('"4", "3"', '"3"')).toBe(true);
    expect(namesTag('"33"', '"3"')).toBe(false);
    expect(namesTag('"3"', '"3.9f86d081884c7d65"')).toBe(false);
  });

  it('cost little, however long the header', () => {
    // Were the end of a tag looked for at each of these, this would never end.
    const header = `${'"'.repeat(1_000_000)}`;
    expect(acceptedVersions(header)).toEqual([]);
    expect(namesTag(header, '"1"')).toBe(false);
  });
});
