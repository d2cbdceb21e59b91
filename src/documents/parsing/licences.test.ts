import { describe, expect, it } from 'vitest';
import { isLicenceId, NOT_STORED } from '../../vocabulary/licence-names.js';
import { licenceNotes, storableLicences } from './licences.js';
import { readDocument } from './read-document.js';

const many = (length: number) => Array.from({ length }, (_, i) => `L${i}`);

describe('storableLicences', () => {
  it('keeps all of them, each once', () => {
    const long = Array(150).fill('MIT').join(' AND ');
    expect(storableLicences([...many(60), 'L0', long])).toEqual([...many(60), long]);
  });

  it.each([
    ['too many', [...many(1001), 'GPL-3.0-only']],
    ['a very long one', ['MIT', `MIT${' '.repeat(2000)}AND GPL-3.0-only`]],
    ['very long ones', ['MIT', ...many(20).map((name) => name.padEnd(1500, '.'))]],
  ])('says that it left out %s: their licences are unknown', (_case, licences) => {
    const stored = storableLicences(licences);
    expect(stored.at(-1)).toBe(NOT_STORED);
    // Neither an id nor an expression: the rules do not know it.
    expect(isLicenceId(NOT_STORED) || /AND|OR|WITH|[()]/.test(NOT_STORED)).toBe(false);
  });
});

it('warns of components with licences that are not stored', async () => {
  const licenses = many(20).map((name) => ({ license: { name: name.padEnd(1500, '.') } }));
  const components = [
    { type: 'library', name: 'a', version: '1', licenses },
    { type: 'library', name: 'b', licenses: [{ expression: 'MIT' }] },
  ];
  const bom = { bomFormat: 'CycloneDX', specVersion: '1.6', components };
  const { head } = await readDocument({
    bytes: Buffer.from(JSON.stringify(bom)),
    format: 'json',
    kind: undefined,
    secretKey: new Uint8Array(32),
    receivedAt: new Date(),
  });
  expect(head.summary.warnings).toEqual({
    total: 1,
    first: [{ message: expect.stringContaining('The licences of a 1 exceed the limit of 1000') }],
  });
  expect(licenceNotes()).toEqual([]);
});
