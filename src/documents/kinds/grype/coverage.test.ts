import { describe, expect, it } from 'vitest';
import { shownBy } from '../../../vocabulary/coverage.js';
import { faultOf } from '../../fault.support.js';
import { fault, match, parse, report } from './grype.support.js';
import { parser } from './parser.js';

const sha = (character: string) => `sha256:${character.repeat(64)}`;
const source = (type: string, target: unknown) => ({ ...report(), source: { type, target } });
const of = (document: object) => parse(document).coverage[0]?.of;

describe('Grype: what its configuration leaves out', () => {
  const coverage = (configuration: unknown) =>
    parse({
      ...report(),
      source: { type: 'directory', target: '/src' },
      descriptor: { ...report().descriptor, configuration },
    }).coverage;

  it.each([
    [{ 'only-fixed': true }, 'only vulnerabilities with a fix (only-fixed)'],
    [{ OnlyFixed: 'yes' }, 'only vulnerabilities with a fix (OnlyFixed)'],
    [{ 'only-notfixed': true }, 'only vulnerabilities without a fix (only-notfixed)'],
    [{ 'ignore-states': 'wont-fix' }, 'in some states of their fixes (ignore-states)'],
    [{ exclude: ['./vendor/**'] }, 'only a part of the files (exclude)'],
    [{ exclude: 'vendor' }, 'only a part of the files (exclude)'],
    [{ search: { 'indexed-archives': false } }, 'not to look into archives'],
    [{ search: { 'indexed-archives': 'false' } }, 'not to look into archives'],
    ['{"only-fixed":true}', 'its configuration is not an object'],
    [[{ 'only-fixed': true }], 'its configuration is not an object'],
    [{ distro: 'debian:12' }, 'no distribution that Grype found'],
  ])('%j: the scan is not complete', (configuration, expected) => {
    expect(coverage(configuration)).toMatchObject([
      { ran: 'unknown', reason: expect.stringContaining(expected) },
    ]);
  });

  it.each([
    [{ 'only-fixed': false, exclude: [], ignore: [{}], 'ignore-states': '' }],
    [{ 'only-notfixed': 'false', exclude: null }],
    [{ search: { scope: 'squashed', 'unindexed-archives': false, 'indexed-archives': true } }],
    [{ search: null, distro: '' }],
    [undefined],
    [null],
  ])('%j: nothing', (configuration) => {
    expect(coverage(configuration)).toMatchObject([{ ran: 'yes' }]);
  });
});

it.each([
  ['/descriptor/db/Valid', { Valid: false }],
  ['/descriptor/db/status/ERROR', { status: { ERROR: 'no database' } }],
])('Grype: a fault of the database in another case is refused: %s', (pointer, db) => {
  expect(fault({ matches: [], descriptor: { name: 'grype', db } }).pointer).toBe(pointer);
});

describe('Grype: what was scanned', () => {
  const image = {
    userInput: 'registry.example.com/shop:1',
    imageID: sha('a'),
    manifestDigest: sha('b'),
    tags: ['shop:latest'],
    repoDigests: [`registry.example.com/shop@${sha('c')}`],
  };

  it.each([
    [{}, 'registry.example.com/shop:1', [sha('c')]],
    [{ userInput: 'registry:shop:1' }, 'shop:1', [sha('c')]],
    [{ userInput: '/tmp/x.tar' }, 'shop:latest', [sha('c')]],
    [{ userInput: '/tmp/x.tar', tags: [] }, '/tmp/x.tar', [sha('c')]],
    [{ userInput: `shop@${sha('d')}`, repoDigests: null }, `shop@${sha('d')}`, [sha('d')]],
  ])('an image with %j', (fields, name, digests) => {
    expect(of(source('image', { ...image, ...fields }))).toEqual([
      { type: 'image', name, digests, otherDigests: [sha('b'), sha('a')] },
    ]);
  });

  it.each([
    ['directory', 'files'],
    ['file', 'files'],
    ['sbom-file', 'other'],
    ['purl', 'package'],
    ['snap', 'package'],
    ['zarf-package', 'other'],
  ])('%s', (type, target) => {
    expect(of(source(type, '/app'))).toEqual([{ type: target, name: '/app' }]);
  });

  it.each([
    [null],
    [{}],
    [{ type: 'unknown', target: 'unknown' }],
    [{ type: 'image', target: 'x' }],
  ])('is not known with the source %j, and the report says so', (unknown) => {
    const { coverage, warnings } = parse({ ...report(), source: unknown });
    expect(coverage).toEqual([{ what: 'vulnerability', ran: 'yes' }]);
    expect(warnings).toMatchObject([{ pointer: '/source' }]);
  });
});

describe('Grype: when, and with which database', () => {
  const timestamp = '2026-01-02T03:04:05.678901+01:00';
  const dated = (db: unknown) => ({
    ...source('directory', '/app'),
    descriptor: { name: 'grype', timestamp, db },
  });

  it.each([
    [{ valid: true }, undefined],
    [{ built: '2026-01-01T00:00:00Z', schemaVersion: 5, error: null }, '2026-01-01T00:00:00.000Z'],
    [{ status: { built: '2026-01-01T00:00:00Z', valid: true } }, '2026-01-01T00:00:00.000Z'],
    [
      { built: '2026-01-01T00:00:00Z', status: { built: '2026-02-01T00:00:00Z', valid: true } },
      '2026-01-01T00:00:00.000Z',
    ],
    [
      { built: '2026-02-01T00:00:00Z', status: { built: '2026-01-01T00:00:00Z', valid: true } },
      '2026-01-01T00:00:00.000Z',
    ],
    [{ built: '2026-01-01T00:00:00Z', status: { built: 'soon', valid: true } }, undefined],
  ])('database %j', (db, database) => {
    const [coverage] = parse(dated(db)).coverage;
    expect(coverage).toMatchObject({ ran: 'yes', at: '2026-01-02T02:04:05.678Z' });
    expect(coverage?.database).toBe(database);
  });

  it.each([
    [{ status: { valid: false, error: 'database does not exist' } }, 'database does not exist'],
    [{ status: { valid: false } }, 'not valid'],
    [{ status: { valid: 'false' } }, 'not valid'],
    [{ valid: false, status: { valid: true } }, 'not valid'],
    [{ built: '2026-01-01T00:00:00Z', error: {} }, 'not valid'],
    [{ error: 'unsupported version' }, 'unsupported version'],
  ])('a database with a fault: %j', (db, reason) => {
    const { coverage } = parse(dated(db));
    expect(coverage).toMatchObject([{ ran: 'failed', reason: expect.stringContaining(reason) }]);
    expect(shownBy(coverage)).toEqual([]);
  });
});

describe('Grype: reports', () => {
  const image = { layers: [], size: 1, digest: sha('a'), tags: ['shop:1'] };

  it('of versions before 0.5 do not name the tool', () => {
    const silent = { matches: [], image };
    expect(parser.recognizes(silent)).toBe(true);
    expect(parse(silent).coverage).toMatchObject([{ ran: 'unknown', of: [{}] }]);
    const documents = [
      { matches: [match()], image },
      { matches: [match()], directory: '/app' },
    ];
    for (const document of documents) {
      expect(parser.recognizes(document)).toBe(true);
      expect(parse(document).coverage).toMatchObject([{ ran: 'yes', of: [{}] }]);
    }
  });

  it('that were cut have findings, but show nothing by their silence', () => {
    const { findings, coverage } = parse({ matches: [match()] });
    expect(findings).toHaveLength(1);
    expect(coverage).toMatchObject([{ ran: 'unknown' }]);
  });

  it.each([
    [{ descriptor: { name: 'grype' } }, 'vulnerability database'],
    [{ descriptor: { name: 'grype', db: null } }, 'vulnerability database'],
    [{ descriptor: { name: 'grype', db: { built: '0001-01-01T00:00:00Z' } } }, 'database'],
    [
      { descriptor: { name: 'grype', db: { status: { built: '2026-01-01T00:00:00Z' } } } },
      'vulnerability database',
    ],
    [{ distro: {} }, 'no distribution'],
    [{ distro: undefined }, 'no distribution'],
    [{ distro: { name: '', version: '', idLike: null } }, 'no distribution'],
    [{ distro: {}, source: { type: 'image', target: { userInput: 'shop:1' } } }, 'distribution'],
  ])('without a match show nothing by their silence: %j', (fields, reason) => {
    const silent = { ...source('directory', '/nothing'), ...fields };
    const { coverage, obstacle } = parse(silent);
    expect(coverage).toMatchObject([{ ran: 'unknown', reason: expect.stringContaining(reason) }]);
    expect(obstacle).toBeUndefined();
    expect(parse({ ...silent, matches: [match()] }).coverage).toMatchObject([{ ran: 'yes' }]);
  });

  it('about a package need no distribution', () => {
    const silent = { ...source('purl', 'pkg:npm/a@1'), distro: {} };
    expect(parse(silent).coverage).toMatchObject([{ ran: 'yes' }]);
  });

  it.each(['distro-disabled', 'distro-unknown', 'Distro-Unknown', 'something-new', undefined])(
    'with the alert %s are not complete',
    (type) => {
      const alerts = [{ type, message: 'No vulnerability data for distro' }];
      const { coverage, obstacle } = parse({ ...report(), alertsByPackage: [{ alerts }] });
      const reason = expect.stringContaining('1 package: No vulnerability data for distro');
      expect(coverage).toMatchObject([{ ran: 'unknown', reason }]);
      expect(obstacle).toEqual(reason);
    },
  );

  it.each([
    [{ matches: [], total: 0, query: 'x' }],
    [{ matches: [] }],
    [{ matches: [], image: {} }],
    [{ matches: [], descriptor: { name: 'syft' } }],
  ])('are refused if they are of another tool, whatever kind is named: %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
    expect(faultOf(() => parse(document))).toMatchObject({
      reason: 'invalid',
      message: expect.stringContaining('is not a report of Grype'),
    });
  });

  it('with alerts have a warning for each kind', () => {
    const alert = { type: 'distro-eol', message: 'Package is from end-of-life distro: debian 9' };
    const alertsByPackage = [{ alerts: [alert] }, { alerts: [alert] }, { alerts: null }, 7];
    expect(parse({ ...source('directory', '/'), alertsByPackage }).warnings).toEqual([
      {
        message: `Grype warns about 2 packages: ${alert.message}`,
        pointer: '/alertsByPackage',
      },
    ]);
    expect(parse({ ...source('directory', '/'), alertsByPackage: {} }).warnings).toEqual([]);
  });
});
