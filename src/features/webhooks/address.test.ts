import { describe, expect, it } from 'vitest';
import { allowedFor, faultOfUrl, privateHosts } from './address.js';

const NONE = privateHosts([]);
const OWN = privateHosts(['hooks.internal', 'LOCALHOST', '10.0.0.7', '[0:0::1]', '127.0.0.1']);

describe('the URL of a webhook', () => {
  it.each([
    'https://hooks.example.org',
    'https://hooks.example.org:8443/a/b?c=d',
    'https://1.1.1.1/x',
    'https://[2606:4700:4700::1111]/x',
    'https://hooks.internal/x', // what it leads to is checked at each attempt
  ])('can be %s', (url) => {
    expect(faultOfUrl(url, NONE)).toBeUndefined();
  });

  it.each([
    ['https://10.0.0.7/x'],
    ['https://[::1]/x'],
    ['http://[::1]:80/x'],
    ['http://localhost:3000/x'],
    ['http://127.0.0.1/x'],
    ['https://127.1/x'],
  ])('can be %s only if the operator lists its host', (url) => {
    expect(faultOfUrl(url, NONE)).toMatch(/^must be/);
    expect(faultOfUrl(url, OWN)).toBeUndefined();
  });

  it.each([
    ['http://hooks.internal/x', 'must be an https URL'],
    ['http://10.0.0.7/x', 'must be an https URL'],
    ['https://10.0.0.8/x', 'must be a public address'],
    ['https://169.254.169.254/x', 'must not have an address'],
    ['https://a:b@hooks.internal/x', 'must not have a user'],
    ['https://hooks.internal/#x', 'must not have a fragment'],
    ['https://', 'is not a valid URL'],
  ])('cannot be %s, whatever is listed', (url, fault) => {
    expect(faultOfUrl(url, OWN)).toContain(fault);
  });

  it('may lead to a private address only if its host is listed, in whatever form', () => {
    const isAllowed = (url: string) => allowedFor(url, OWN).privateAddresses;
    expect(['https://HOOKS.internal/', 'https://[::1]/', 'https://0x7f.1/'].map(isAllowed)).toEqual(
      [true, true, true],
    );
    expect(['https://a.hooks.internal/', 'https://hooks.example.org/'].map(isAllowed)).toEqual([
      false,
      false,
    ]);
  });
});
