import { expect, it } from 'vitest';
import { newOrigin } from './origin.js';

it('the origin of a log is the public address without scheme, or a random name', () => {
  expect(newOrigin({ PUBLIC_URL: 'https://srp.example.org/' })).toBe('srp.example.org');
  expect(newOrigin({ PUBLIC_URL: 'http://example.org:8080/srp' })).toBe('example.org:8080/srp');
  expect(newOrigin({})).toMatch(/^srp\.invalid\/[0-9a-f]{16}$/);
  expect(newOrigin({})).not.toBe(newOrigin({}));
});

it('a second log has another origin', () => {
  const PUBLIC_URL = 'https://srp.example.org';
  expect(newOrigin({ PUBLIC_URL }, true)).toMatch(/^srp\.example\.org\/[0-9a-f]{16}$/);
});
