import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { faultOf } from '../fault.support.js';
import { toUtf8 } from './encodings.js';
import { readDocument } from './read-document.js';

const SECRET = ['gh', `p_${'a1B2c3D4e5'.repeat(4)}`].join('');
const wide = (text: string) => Buffer.from(text, 'utf16le');
const xml = (declaration: string, name = 'prüft') =>
  `<?xml version="1.0"${declaration}?><testsuite name="s"><testcase name="a"><failure message="${name}"/></testcase></testsuite>`;

async function read(bytes: Buffer, format: 'json' | 'xml' = 'xml', charset?: string) {
  const secretKey = new Uint8Array(32);
  const { head } = await readDocument({
    bytes,
    format,
    kind: undefined,
    charset,
    secretKey,
    receivedAt: new Date(),
  });
  const { tests, findings, warnings, masked } = head.summary;
  const document = gunzipSync(Buffer.concat(head.document.chunks));
  return { message: tests?.failed[0]?.message, findings, warnings, masked, document };
}

describe('encodings of XML', () => {
  it.each([
    ['ISO-8859-1', 'latin1'],
    ['iso-8859-15', 'latin1'],
    ['windows-1252', 'latin1'],
    ['UTF-16', 'utf16le'],
    ['utf-8', 'utf8'],
    ['US-ASCII', 'utf8'],
  ] as const)('declared as %s', async (label, encoding) => {
    const bytes = Buffer.from(xml(` encoding="${label}"`), encoding);
    const { message, document, warnings } = await read(bytes);
    expect(message).toBe('prüft');
    expect(warnings).toBeUndefined();
    expect(document.equals(bytes)).toBe(true);
  });

  it('with characters that are not in Latin-1', async () => {
    const text = (at: number[]) => {
      const [before = '', after = ''] = xml(` encoding='iso-8859-2'`, '|').split('|');
      return Buffer.concat([Buffer.from(before), Buffer.from(at), Buffer.from(after)]);
    };
    expect((await read(text([0xb9, 0xe8]))).message).toBe('šč');
    expect((await read(text([0xa4]), 'xml', 'iso-8859-15')).message).toBe('€');
  });

  it.each([
    ['little-endian with a mark', wide(`\ufeff${xml(' encoding="UTF-16"')}`)],
    ['big-endian with a mark', wide(`\ufeff${xml('')}`).swap16()],
    ['little-endian without a mark', wide(xml(''))],
    ['big-endian without a mark', wide(xml('')).swap16()],
  ])('UTF-16, %s', async (_what, bytes) => {
    const { message, document } = await read(bytes);
    expect(message).toBe('prüft');
    expect(document.equals(bytes)).toBe(true);
  });

  it('UTF-8 that declares UTF-16 is read with a warning', async () => {
    const { message, warnings } = await read(Buffer.from(xml(' encoding="utf-16"')));
    expect(message).toBe('prüft');
    expect(warnings?.first[0]?.message).toContain('declares the encoding utf-16, but is UTF-8');
  });

  it('the mark comes before the charset, and the charset before the declaration', async () => {
    const latin = Buffer.from(xml(' encoding="utf-8"'), 'latin1');
    expect((await read(latin, 'xml', 'windows-1252')).message).toBe('prüft');
    const marked = Buffer.from(`\ufeff${xml(' encoding="ISO-8859-1"')}`);
    expect((await read(marked, 'xml', 'windows-1252')).message).toBe('prüft');
  });

  it.each([
    ['an unknown encoding', xml(' encoding="EBCDIC"'), 'declares the encoding EBCDIC'],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x3c, 0, 0, 0]), 'is encoded in UTF-32'],
    ['UTF-16 of half a character', Buffer.from([0xff, 0xfe, 0x3c]), 'is not valid UTF-16LE'],
    ['gzip', Buffer.from([0x1f, 0x8b, 8]), 'Content-Encoding: gzip'],
  ])('refuses %s', (_what, body, fault) => {
    expect(faultOf(() => toUtf8(Buffer.from(body as string), 'xml')).fault).toContain(fault);
  });

  it('refuses bytes that are not of the encoding', async () => {
    await expect(read(Buffer.from(xml(''), 'latin1'))).rejects.toThrow('is not valid UTF-8');
    const half = Buffer.concat([Buffer.from(xml(' encoding="euc-jp"')), Buffer.from([0xff])]);
    await expect(read(half)).rejects.toThrow('is not valid EUC-JP');
  });
});

describe('secrets in other encodings', () => {
  it.each([
    ['UTF-16', 'utf16le'],
    ['ISO-8859-1', 'latin1'],
  ] as const)('are masked in %s, and the document is stored as UTF-8', async (label, encoding) => {
    const bytes = Buffer.from(xml(` encoding="${label}"`, `prüft ${SECRET}`), encoding);
    const { message, masked, document } = await read(bytes);
    expect(masked).toBe(true);
    expect(message).toMatch(/^prüft \*\*\*/);
    expect(document.toString()).not.toContain(SECRET);
    expect(document.toString()).toContain('encoding="UTF-8"?><testsuite');
    expect((await read(document)).message).toBe(message);
  });

  it('are masked in JSON', async () => {
    const match = { vulnerability: { id: 'CVE-2026-1', severity: 'High', description: SECRET } };
    const artifact = { name: 'a', version: '1', type: 'npm' };
    const text = JSON.stringify({
      matches: [{ ...match, artifact }],
      descriptor: { name: 'grype' },
    });
    const { masked, findings, document } = await read(wide(`\ufeff${text}`), 'json');
    expect(masked).toBe(true);
    expect(findings?.total).toBe(1);
    expect(document.toString()).not.toContain(SECRET);
  });
});

describe('encodings of JSON', () => {
  const text = JSON.stringify({ auditReportVersion: 2, vulnerabilities: {} });
  it.each([
    ['UTF-8 with a mark', Buffer.from(`\ufeff${text}`)],
    ['UTF-16 with a mark', wide(`\ufeff${text}`)],
    ['UTF-16 without a mark', wide(text)],
    ['UTF-16, big-endian', wide(text).swap16()],
  ])('%s', async (_what, bytes) => {
    const { findings, document } = await read(bytes, 'json');
    expect(findings?.total).toBe(0);
    expect(document.equals(bytes)).toBe(true);
  });
});
