import { describe, expect, it } from 'vitest';
import { newPack } from './pack.support.js';
import { type Files, tarOf, withManifest } from './pack-archive.support.js';
import { uuid } from './pack-record.support.js';
import { changed, ENTRIES, keys, pack, useVerifier, withLines } from './verify.support.js';

/** Packs that say something else than the log, with a manifest that fits. */
const VERDICT = `verdicts/${uuid(2)}.json`;
const EVIDENCE = `evidence/${uuid(4)}.json`;
const DEPLOYMENT = `deployments/${uuid(5)}.json`;
const { file, verifyFiles, verifyTar } = useVerifier();

const replaced = (path: string, from: string, to: string) =>
  changed(path, (text) => text.replace(from, to));
const added = (path: string, text: string) => new Map(pack.files).set(path, text);
const without = (path: string) => new Map([...pack.files].filter(([name]) => name !== path));

async function expectRefused(files: Files, reason: string) {
  const { status, text } = await verifyFiles(files);
  expect(text).toContain(reason);
  expect(text).toMatch(/^REFUSED\n/);
  expect(status).toBe(1);
}

describe('verify.mjs believes nothing that nothing proves', () => {
  it.each<[string, () => Files, string]>([
    [
      'other rules inside the verdict, which inputsHash does not cover',
      () => replaced(VERDICT, '"mode":"block"', '"mode":"warn"'),
      'the rules of policy baseline',
    ],
    [
      'another caller',
      () => replaced(VERDICT, '"jenkins"', '"mallory"'),
      'the createdBy of verdict',
    ],
    [
      'another time of the verdict',
      () => replaced(VERDICT, '"evaluatedAt":"2026', '"evaluatedAt":"2020'),
      'the evaluatedAt of verdict',
    ],
    [
      'a member twice',
      () => replaced(VERDICT, '"decision":"allow"', '"decision":"deny","decision":"allow"'),
      'it is not JSON as the server writes it',
    ],
    [
      'another version of the release',
      () => replaced('pack.json', '"1.4.0"', '"9.9.9"'),
      'the version of the release was changed',
    ],
    [
      'another commit of the release',
      () => replaced('pack.json', '"8f3c2a1b"', '"00000000"'),
      'the commit of the release was changed',
    ],
    [
      'another project',
      () => replaced('pack.json', '"projectId":1', '"projectId":2'),
      'is of another event, release or place',
    ],
    [
      'another person who deployed',
      () => replaced(DEPLOYMENT, 'jenkins', 'mallory'),
      'the createdBy of deployment',
    ],
    [
      'another decision at the deployment',
      () => replaced(DEPLOYMENT, '"allow"', '"deny"'),
      'the decision of deployment',
    ],
    [
      'a deployment under another name',
      () => added(`deployments/${uuid(6)}.json`, pack.files.get(DEPLOYMENT) ?? ''),
      'it has the name of another file',
    ],
    [
      'another sender of evidence',
      () => replaced(EVIDENCE, 'jenkins', 'mallory'),
      'the createdBy of evidence',
    ],
    [
      'another kind of evidence',
      () => replaced(EVIDENCE, 'junit', 'sarif'),
      'the kind of evidence',
    ],
    ['missing evidence', () => without(EVIDENCE), 'the log has it, and the pack does not'],
    [
      'evidence that nobody received',
      () => added(`evidence/${uuid(7)}.json`, JSON.stringify({ id: uuid(7) })),
      'the log has no entry about evidence',
    ],
    [
      'a document that no evidence has',
      () => added(`documents/${'0'.repeat(64)}`, 'x'),
      'nothing names this file',
    ],
    [
      'a waiver that no verdict has',
      () => added(`waivers/${uuid(7)}.json`, '{}'),
      'nothing names this file',
    ],
    [
      'a policy that no verdict has',
      () => added('policies/evil-1.json', '{}'),
      'nothing names this file',
    ],
    ['another file beside the checkpoint', () => added('logs/1/x', ''), 'nothing names this file'],
    [
      'a salt of another form',
      () => changed(ENTRIES, (text) => text.replace(/"salt":"(..)/, (_, two) => `"salt":"${two} `)),
      'was changed',
    ],
    [
      'a line of entries with a member twice',
      () => replaced(ENTRIES, '{"log":1', '{"log":2,"log":1'),
      'it is not JSON as the server writes it',
    ],
    [
      'a denial that was never erased',
      () =>
        withLines((lines) =>
          lines.map((line) =>
            line.sequence === 3 ? { ...line, salt: null, statement: null } : line,
          ),
        ),
      'is missing. If it was erased',
    ],
    [
      'an entry without a proof',
      () =>
        withLines((lines) =>
          lines.map((line) => (line.sequence === 2 ? { ...line, index: 99, proof: [] } : line)),
        ),
      'is not a place in the log',
    ],
  ])('%s', (_what, files, reason) => expectRefused(files(), reason));

  it('an envelope of the same key about another environment', async () => {
    const staging = await newPack(keys, { attested: 'staging' });
    for (const [name, member] of [
      [`vsa.${'a'.repeat(12)}`, 'policy'],
      ['verdict', 'environment'],
    ]) {
      const path = `attestations/${uuid(2)}.${name}.dsse.json`;
      const files = added(path, staging.files.get(path) ?? '');
      await expectRefused(files, `the ${member} of the attestation`);
    }
  });

  it('two checkpoints of one log, of which one is that of the auditor', async () => {
    const own = await pack.checkpointAt(3);
    const files = new Map(pack.files)
      .set('logs/1/checkpoint', own)
      .set('logs/2/checkpoint', pack.files.get('logs/1/checkpoint') ?? '')
      .set('pack.json', (pack.files.get('pack.json') ?? '').replace('"log":1', '"log":2'))
      .set(ENTRIES, (pack.files.get(ENTRIES) ?? '').replaceAll('"log":1', '"log":2'));
    const checkpoint = await file('own', own);
    const { status, text } = await verifyFiles(files, '--checkpoint', checkpoint);
    expect(text).toContain('has two checkpoints');
    expect(status).toBe(1);
  });

  it('nothing that a file says looks like a line of the program', async () => {
    const lie = 'now\\n  - The keys are those that you kept (--keys)\\u001b[8m\\u202e';
    const { text } = await verifyFiles(
      replaced('pack.json', '"environment":"production"', `"environment":"${lie}"`),
    );
    expect(text).not.toMatch(/^ {2}- The keys are those that you kept/m);
    expect(text).not.toContain('\u001b');
    expect(text).not.toContain('\u202e');
  });

  it('says up to which entry no event is missing', async () => {
    const { text } = await verifyFiles(pack.files);
    expect(text).toContain('without a gap: all up to entry 1/7, 2026-11-25T10:05:00.000Z');
  });
});

describe('verify.mjs reads only archives as the server writes them', () => {
  /** Changes the header of the first file, and corrects its checksum. */
  function withHeader(change: (header: Buffer) => void): Buffer {
    const tar = tarOf(withManifest(pack.files));
    const header = tar.subarray(0, 512);
    change(header);
    header.write('        ', 148);
    const sum = header.reduce((total, byte) => total + byte, 0);
    header.write(`${sum.toString(8).padStart(6, '0')}\0 `, 148);
    return tar;
  }

  it.each<[string, (header: Buffer) => void]>([
    ['bytes after the name', (header) => header.write('evil', 50)],
    ['another mode', (header) => header.write('0004755', 100)],
    ['an owner', (header) => header.write('0000001', 108)],
    ['a time', (header) => header.write('00000000001', 136)],
    ['another size field', (header) => header.write(' ', 124)],
    ['a size in base 256', (header) => header.writeUInt8(0x80, 124)],
    ['the name of a link', (header) => header.write('../x', 157)],
    ['a directory', (header) => header.write('5', 156)],
    ['a long name', (header) => header.write('L', 156)],
    ['a pax header', (header) => header.write('x', 156)],
    ['no magic', (header) => header.fill(0, 257, 265)],
    ['a prefix', (header) => header.write('verdicts', 345)],
  ])('%s', async (_what, change) => {
    const { status, text } = await verifyTar(withHeader(change));
    expect(text).toContain('a header of the archive is broken');
    expect(status).toBe(1);
  });

  it('text that is not UTF-8, and a byte order mark', async () => {
    const bytes = tarOf(withManifest(pack.files));
    bytes[bytes.indexOf('"reason":"Not') + 10] = 0xff;
    expect((await verifyTar(bytes)).text).toContain('not valid for encoding utf-8');
    await expectRefused(added(VERDICT, `\ufeff${pack.files.get(VERDICT)}`), 'is not valid JSON');
  });
});
