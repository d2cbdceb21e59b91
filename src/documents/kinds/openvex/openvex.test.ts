import { describe, expect, it } from 'vitest';
import { openvex } from './index.js';
import { claims, DIGEST, fault, fixture, parse, statement, vex } from './openvex.support.js';
import { parser } from './parser.js';

describe('OpenVEX: a document', () => {
  it('has a claim for each id and each target', () => {
    const result = parse(fixture());
    expect(result).toMatchObject({ tool: 'vexctl v0.3.0', specVersion: 'v0.2.0' });
    expect(result.findings).toBeUndefined();
    const first = {
      purl: 'pkg:npm/lodash@4.17.20',
      products: [`pkg:oci/shop@${DIGEST}`, DIGEST],
      status: 'not_affected',
      absolves: true,
      justification: 'vulnerable_code_not_in_execute_path',
      detail: 'Templates are not used\nLooked at by two people',
      statedAt: '2026-01-15T09:30:00.123Z',
    };
    const second = {
      vulnerability: 'CVE-2024-0727',
      status: 'fixed',
      absolves: true,
      statedAt: '2026-01-16T00:00:00.000Z',
    };
    const openssl = 'pkg:apk/wolfi/openssl@3.1.4-r5?arch=x86_64';
    expect(result.claims).toEqual([
      { vulnerability: 'CVE-2021-23337', ...first },
      { vulnerability: 'GHSA-35jh-r3h4-6jhm', ...first },
      { ...second, purl: openssl, products: [] },
      { ...second, products: [openssl] },
      {
        vulnerability: 'CVE-2024-0727',
        products: ['https://example.com/shop', DIGEST],
        status: 'affected',
        absolves: false,
        detail: 'Update to 1.4.1',
        statedAt: '2026-01-17T00:00:00.000Z',
      },
    ]);
  });

  it('reads its own example, and a document without statements', () => {
    expect(parser.recognizes(openvex.example)).toBe(true);
    expect(parse(openvex.example).claims).toHaveLength(2);
    expect(parse(vex())).toEqual({
      tool: 'OpenVEX',
      specVersion: 'v0.2.0',
      coverage: [],
      claims: [],
    });
    expect(parse({ ...vex(), statements: null }).claims).toEqual([]);
  });
});

describe('OpenVEX: statements', () => {
  it.each([
    ['not_affected', true],
    ['fixed', true],
    ['affected', false],
    ['under_investigation', false],
  ])('%s absolves: %s', (status, absolves) => {
    expect(claims(statement({ status, impact_statement: 'x' }))[0]).toMatchObject({
      status,
      absolves,
    });
  });

  it('takes the @id of a vulnerability without a name', () => {
    expect(claims(statement({ vulnerability: { '@id': 'x:1' } }))[0]?.vulnerability).toBe('x:1');
  });

  it.each([[undefined], [null], [[]]])('without products applies to nothing: %j', (products) => {
    const read = (status: string) => parse(vex(statement({ status, products })));
    expect(read('fixed')).toMatchObject({
      claims: [],
      warnings: [
        { message: 'has no products, so it applies to nothing', pointer: '/statements/0' },
      ],
    });
    expect(read('affected')).toMatchObject({
      claims: [{ absolves: false, products: [] }],
      warnings: [{ message: 'has no products, so it is about this release' }],
    });
  });

  it('cuts long texts', () => {
    const [claim] = claims(statement({ status_notes: 'x'.repeat(1e6) }));
    expect(claim?.detail).toHaveLength(2000);
  });

  it.each([
    [{ status: 'safe' }, '/statements/0/status'],
    [{ status: undefined }, '/statements/0/status'],
    [{ status: 'not_affected' }, '/statements/0'],
    [{ status: 'not_affected', justification: ' ' }, '/statements/0'],
    [{ products: ['x', {}] }, '/statements/0/products/1'],
    [{ products: [1] }, '/statements/0/products/0'],
    [{ products: [{ hashes: { 'sha-256': 1 } }] }, '/statements/0/products/0/hashes/sha-256'],
    [{ vulnerability: undefined }, '/statements/0/vulnerability'],
    [{ vulnerability: {} }, '/statements/0/vulnerability/name'],
    [{ vulnerability: '' }, '/statements/0/vulnerability/name'],
    [{ vulnerability: { name: 'x'.repeat(501) } }, '/statements/0/vulnerability/name'],
    [{ timestamp: 'yesterday' }, '/statements/0/timestamp'],
    [{ timestamp: '2026-01-15' }, '/statements/0/timestamp'],
    [{ timestamp: '2026-01-15T00:00:00' }, '/statements/0/timestamp'],
    [{ timestamp: '2026-13-15T00:00:00Z' }, '/statements/0/timestamp'],
    [{ timestamp: '0001-01-01T00:00:00Z' }, '/statements/0/timestamp'],
    [{ last_updated: '2026-01-15T25:00:00Z' }, '/statements/0/last_updated'],
  ])('fault of %j', (fields, pointer) => {
    expect(fault(vex(statement(fields)))).toMatchObject({ pointer, reason: 'invalid' });
  });

  it.each([
    [{ timestamp: undefined }, '/timestamp'],
    [{ timestamp: 'x' }, '/timestamp'],
    [{ statements: undefined }, '/statements'],
    [{ statements: {} }, '/statements'],
    [{ '@context': 'https://openvex.dev/ns/v1.0.0' }, '/@context'],
  ])('fault of a document with %j', (fields, pointer) => {
    expect(fault({ ...vex(statement()), ...fields })).toMatchObject({ pointer });
  });
});

describe('OpenVEX: documents', () => {
  it.each([
    [null],
    [1],
    ['https://openvex.dev/ns'],
    [[]],
    [{}],
    [Object.create(null)],
    [{ '@context': ['https://openvex.dev/ns'] }],
    [{ '@context': 'https://spdx.org/rdf/3.0.1' }],
    [JSON.parse('{"__proto__": {"@context": "https://openvex.dev/ns"}}')],
  ])('not OpenVEX: %j', (document) => {
    expect(parser.recognizes(document)).toBe(false);
  });

  it('refuses more than 200,000 claims', () => {
    const aliases = Array.from({ length: 2000 }, (_, i) => `A-${i}`);
    const products = Array.from({ length: 200 }, (_, i) => `pkg:npm/p${i}@1`);
    const vulnerability = { name: 'CVE-2024-1', aliases };
    expect(fault(vex(statement({ vulnerability, products })))).toMatchObject({
      reason: 'limit',
      pointer: '/statements/0',
    });
  });
});
