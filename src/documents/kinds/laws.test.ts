import { readdirSync, readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { SHOWN } from '../../vocabulary/finding-types.js';
import { DocumentFault } from '../fault.js';
import type { EvidenceKind } from '../kind.js';
import { readDocument } from '../parsing/read-document.js';
import { readJson } from '../parsing/read-json.js';
import { readXml } from '../parsing/read-xml.js';
import { kinds, UPLOADS } from './index.js';

/** Requirements for every kind of evidence, checked with its example and its fixtures. */

interface Sample {
  readonly kind: EvidenceKind;
  readonly name: string;
  readonly text: string;
}

function fixturesOf(kind: EvidenceKind): Sample[] {
  const folder = new URL(`${kind.name}/fixtures/`, import.meta.url);
  try {
    return readdirSync(folder).map((name) => ({
      kind,
      name,
      text: readFileSync(new URL(name, folder), 'utf8'),
    }));
  } catch {
    return []; // the kind has only its example
  }
}

const exampleOf = (kind: EvidenceKind): Sample => {
  const text = kind.format === 'json' ? JSON.stringify(kind.example) : String(kind.example);
  return { kind, name: 'example', text };
};

const samples = kinds.flatMap((kind) => [exampleOf(kind), ...fixturesOf(kind)]);

const secretKey = new Uint8Array(32).fill(7);
const mediaOf = ({ format }: EvidenceKind) => (format === 'xml' ? 'xml' : 'json');

const read = ({ kind }: Sample, text: string) =>
  readDocument({
    bytes: Buffer.from(text),
    format: mediaOf(kind),
    kind: kind.name,
    secretKey,
    receivedAt: new Date(),
  });

/** Everything that is stored for a document. */
async function stored(sample: Sample, text: string): Promise<string> {
  const { head, batches } = await read(sample, text);
  const document = gunzipSync(Buffer.concat(head.document.chunks)).toString();
  const rows = [...batches].map((batch) => JSON.stringify(batch));
  return [document, JSON.stringify({ ...head, document: null }), ...rows].join('\n');
}

/** Made up; each has the form of a real one. They are put together here, so that no scanner reports this file. */
const PLANTED = [
  ['AK', 'IAQ7EXAMPLE23456789'.slice(0, 18)],
  ['gh', `p_${'a1B2c3D4e5'.repeat(4)}`],
  ['gl', 'pat-x9Y8z7W6v5U4t3S2r1Q0'],
  ['np', `m_${'z9Y8x7W6v5'.repeat(4)}`],
  ['xo', 'xb-123456789012-abcdefABCDEF'],
  ['-----BEGIN RSA PRIV', 'ATE KEY-----MIIEpAIBAAKCAQEA7examplekey0123456789'],
].map((parts) => parts.join(''));
const URL_PASSWORD = 'hunter2-example';

/** Maximum variants per sample, spread evenly over its texts. */
const MAX_VARIANTS = 40;

/** A text with a secret, to append to a text of a document. */
const planted = (index: number) => {
  const secret = PLANTED[index % PLANTED.length] ?? '';
  return { text: ` see ${secret} and https://user:${URL_PASSWORD}@example.com/`, secret };
};

/** The texts of a document, one per path. The items of a list share a path. */
function placesOf(node: unknown, path = ''): Map<string, (text: string) => void> {
  const places = new Map<string, (text: string) => void>();
  if (typeof node !== 'object' || node === null) return places;
  for (const [key, child] of Object.entries(node)) {
    const here = `${path}/${Array.isArray(node) ? '*' : key}`;
    if (typeof child === 'string') {
      places.set(here, (text) => Object.assign(node, { [key]: child + text }));
    }
    for (const [name, plant] of placesOf(child, here))
      if (!places.has(name)) places.set(name, plant);
  }
  return places;
}

function jsonVariants({ text }: Sample): { variant: string; secret: string }[] {
  const all = [...placesOf(JSON.parse(text)).keys()];
  const paths = all.filter((_path, i) => i % Math.ceil(all.length / MAX_VARIANTS) === 0);
  return paths.map((path, i) => {
    const copy: unknown = JSON.parse(text);
    const { text: addition, secret } = planted(i);
    placesOf(copy).get(path)?.(addition);
    return { variant: JSON.stringify(copy), secret };
  });
}

function xmlVariants({ text }: Sample): { variant: string; secret: string }[] {
  const ends = [...text.matchAll(/(?<=\w="[^"<]*)"|(?<=>[^<]*\w[^<]*)<\//g)];
  return ends.slice(0, MAX_VARIANTS).map(({ index }, i) => {
    const { text: addition, secret } = planted(i);
    return { variant: text.slice(0, index) + addition + text.slice(index), secret };
  });
}

/** Plants a secret into each line in turn. */
function linesVariants({ kind, name, text }: Sample): { variant: string; secret: string }[] {
  const lines = text.split('\n');
  return lines.slice(0, MAX_VARIANTS).flatMap((line, i) =>
    line.startsWith('{')
      ? jsonVariants({ kind, name, text: line }).map(({ variant, secret }) => ({
          variant: lines.with(i, variant).join('\n'),
          secret,
        }))
      : [],
  );
}

const VARIANTS = { json: jsonVariants, jsonl: linesVariants, xml: xmlVariants };

describe.each(kinds.map((kind) => ({ name: kind.name, kind })))('$name', ({ kind }) => {
  const own = samples.filter((sample) => sample.kind === kind);

  it('recognises its example and fixtures, which no other kind recognises', async () => {
    for (const sample of own) {
      const document =
        kind.format === 'xml' ? readXml(sample.text) : readJson(Buffer.from(sample.text));
      const recognising: string[] = [];
      for (const other of kinds.filter((other) => mediaOf(other) === mediaOf(kind))) {
        if ((await other.load()).recognizes(document)) recognising.push(other.name);
      }
      expect(recognising, sample.name).toEqual([kind.name]);
    }
  });

  it('stores no secret from any text of a document', async () => {
    let accepted = 0;
    for (const sample of own) {
      const variants = VARIANTS[kind.format](sample);
      for (const { variant, secret } of variants) {
        const all = await stored(sample, variant).catch((error: unknown) => {
          if (error instanceof DocumentFault) return undefined; // the variant is not a valid document
          throw error;
        });
        if (all === undefined) continue;
        accepted += 1;
        expect(all.includes(secret), `${secret} in ${variant}`).toBe(false);
        expect(all.includes(URL_PASSWORD), `the URL's password in ${variant}`).toBe(false);
      }
    }
    expect(accepted).toBeGreaterThan(2);
  });

  it('stores a document unchanged, unless its parser masks secrets', async () => {
    for (const sample of own) {
      const { head } = await read(sample, sample.text);
      const document = gunzipSync(Buffer.concat(head.document.chunks)).toString();
      if (!head.summary.masked) expect(document, sample.name).toBe(sample.text);
    }
  });

  it('can report everything that it is uploaded for', async () => {
    const shown = new Set<string>();
    for (const sample of own) {
      for (const type of (await read(sample, sample.text)).head.summary.shows) shown.add(type);
    }
    expect([...shown]).toEqual(expect.arrayContaining(Object.keys(kind.uploadFor ?? {})));
  });
});

describe('uploads in denials', () => {
  it('name a kind for everything that evidence can report', () => {
    expect(Object.keys(UPLOADS).sort()).toEqual([...SHOWN].sort());
    for (const shown of SHOWN) expect(UPLOADS[shown], shown).not.toEqual([]);
  });
});
