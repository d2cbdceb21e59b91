import { generateKeyPairSync, sign } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { formatCheckpoint, openCheckpoint, parseCheckpoint } from './checkpoint.js';
import { leafHash, nodeHash, verifyInclusion } from './merkle.js';
import {
  formatVkey,
  InvalidNote,
  keyIdOf,
  type NoteSigner,
  openNote,
  parseVkey,
  rawPublicKey,
  signNote,
} from './note.js';
import { formatProof, parseProof } from './tlog-proof.js';

/** The example of signed-note.md. */
const VKEY = 'example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k';
const TEXT = 'This is an example message.\n';
const LINE =
  '— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnagv1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n';
const NOTE = `${TEXT}\n${LINE}`;

function newKey(name: string) {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  const raw = rawPublicKey(publicKey);
  const signer: NoteSigner = {
    name,
    keyId: keyIdOf(name, raw),
    sign: (text) => sign(null, text, privateKey),
  };
  return { signer, vkey: formatVkey(name, raw), verifier: parseVkey(formatVkey(name, raw)) };
}

describe('the example of the signed-note specification', () => {
  it('is verified, and its key is written as there', () => {
    const verifier = parseVkey(VKEY);
    expect(verifier.keyId.toString('hex')).toBe('530d903a');
    expect(formatVkey(verifier.name, rawPublicKey(verifier.publicKey))).toBe(VKEY);
    expect(openNote(NOTE, [verifier])).toEqual({ text: TEXT, signedBy: [verifier] });
  });

  it.each([
    ['a changed text', NOTE.replace('example message', 'example massage')],
    ['a changed signature', NOTE.replace('Uw2QOkn8', 'Uw2QOkn9')],
    ['no last newline', NOTE.slice(0, -1)],
    ['a hyphen for the em dash', NOTE.replace('—', '-')],
    ['an en dash', NOTE.replace('—', '–')],
    ['two spaces', NOTE.replace('— ', '—  ')],
    ['a space at the end', NOTE.replace('=\n', '= \n')],
    ['base64 without padding', NOTE.replace('=\n', '\n')],
    ['bits after the end of base64', NOTE.replace('aQM=', 'aQN=')],
    ['URL-safe base64', NOTE.replace('mFXmRKuw', 'mFX_RKuw')],
    ['a carriage return', NOTE.replaceAll('\n', '\r\n')],
    ['a tab', NOTE.replace('an example', 'an\texample')],
    ['no empty line', TEXT + LINE],
    ['no signatures', `${TEXT}\n`],
    ['no text', LINE],
    ['an empty text', `\n${LINE}`],
    ['a line after the signatures', `${NOTE}more\n`],
    ['another text after the signatures', `${NOTE}\nmore\n`],
    ['a lone surrogate', NOTE.replace('message', 'm\ud800')],
    ['a signature without a key id', `${TEXT}\n— example.com/foo UwI=\n`],
    ['another name', NOTE.replace('example.com/foo', 'example.com/bar')],
    ['another key id', NOTE.replace('Uw2QOkn8', 'Vw2QOkn8')],
    ['a name with a plus', NOTE.replace('example.com/foo', 'example.com+foo')],
    ['more than a mebibyte', `${'a'.repeat(2 ** 20)}\n\n${LINE}`],
    ['65 signatures', `${TEXT}\n${LINE.repeat(65)}`],
  ])('is refused with %s', (_, note) => {
    expect(() => openNote(note, [parseVkey(VKEY)])).toThrow(InvalidNote);
  });

  it.each([
    VKEY.replace('530d903a', '530d903b'),
    VKEY.replace('530d903a', '530D903A'),
    VKEY.replace('example.com/foo', 'example.com/bar'),
    VKEY.replace('+Aeky', '+Beky'),
    VKEY.slice(0, -4),
    `${VKEY}AAAA`,
    `${VKEY}\n`,
    VKEY.replace('/foo', ' foo'),
    `+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k`,
    '',
  ])('its key is refused as %j', (text) => {
    expect(() => parseVkey(text)).toThrow(InvalidNote);
  });
});

describe('signNote', () => {
  it('signs with several keys, and 16 unknown signatures do not matter', () => {
    const [one, two] = [newKey('log.example/a'), newKey('witness.example')];
    const note = signNote('a\n\nb\n', one.signer, two.signer);
    expect(openNote(note, [two.verifier])).toEqual({ text: 'a\n\nb\n', signedBy: [two.verifier] });
    expect(openNote(note, [one.verifier, two.verifier]).signedBy).toHaveLength(2);
    const others = Array.from({ length: 16 }, (_, i) => newKey(`other${i}.example`).signer);
    const many = signNote('a\n', ...others, one.signer);
    expect(openNote(many, [one.verifier]).text).toBe('a\n');
    expect(() => openNote(many, [two.verifier])).toThrow('not signed by a known key');
    expect(() => openNote(many, [])).toThrow(InvalidNote);
  });

  it('is the same each time', () => {
    const { signer } = newKey('log.example/a');
    expect(signNote('a\n', signer)).toBe(signNote('a\n', signer));
  });

  it('refuses a wrong signature of a known key beside a right one of another', () => {
    const [one, two] = [newKey('log.example/a'), newKey('witness.example')];
    const forged: NoteSigner = { ...two.signer, sign: (text) => one.signer.sign(text) };
    const note = signNote('a\n', one.signer, forged);
    expect(openNote(note, [one.verifier]).text).toBe('a\n');
    expect(() => openNote(note, [one.verifier, two.verifier])).toThrow('witness.example is wrong');
  });

  it.each(['', 'a', 'a\0\n', 'a\tb\n', 'a\ud800\n'])('does not sign %j', (text) => {
    expect(() => signNote(text, newKey('log.example/a').signer)).toThrow(InvalidNote);
  });

  it.each(['', 'a b', 'a+b', 'a\u2003b', 'a\nb', 'a\u00a0b', '\ud800'])(
    'no key is named %j',
    (name) => {
      expect(() => newKey(name)).toThrow(InvalidNote);
    },
  );
});

const root = leafHash(Buffer.from('root'));
const checkpoint = { origin: 'log.example/a', size: 20_852_163, root };

describe('a checkpoint', () => {
  it('is three lines, and is read as it was written', () => {
    const text = formatCheckpoint(checkpoint);
    expect(text).toBe(`log.example/a\n20852163\n${root.toString('base64')}\n`);
    expect(parseCheckpoint(text)).toEqual(checkpoint);
    expect(parseCheckpoint(`${text}an extension\n`)).toEqual(checkpoint);
    expect(parseCheckpoint(formatCheckpoint({ ...checkpoint, size: 0 })).size).toBe(0);
  });

  it.each([
    ['no last newline', (text: string) => text.slice(0, -1)],
    ['a line too few', (text: string) => text.slice(text.indexOf('\n') + 1)],
    ['an empty origin', (text: string) => text.slice(text.indexOf('\n'))],
    ['an empty extension', (text: string) => `${text}\n`],
    ['a leading zero', (text: string) => text.replace('20852163', '020852163')],
    ['a sign', (text: string) => text.replace('20852163', '+20852163')],
    ['a negative size', (text: string) => text.replace('20852163', '-1')],
    ['a size above 2^53 - 1', (text: string) => text.replace('20852163', '9007199254740992')],
    ['an exponent', (text: string) => text.replace('20852163', '2e3')],
    ['other digits', (text: string) => text.replace('20852163', '٢')],
    ['a root without padding', (text: string) => text.replace('=\n', '\n')],
    ['a short root', (text: string) => text.replace(/[^\n]+\n$/, 'AAAA\n')],
  ])('is refused with %s', (_, change) => {
    expect(() => parseCheckpoint(change(formatCheckpoint(checkpoint)))).toThrow(InvalidNote);
  });

  it('is not written with an origin of two lines or a root that is not a hash', () => {
    expect(() => formatCheckpoint({ ...checkpoint, origin: 'a\n5' })).toThrow(InvalidNote);
    expect(() => formatCheckpoint({ ...checkpoint, origin: '' })).toThrow(InvalidNote);
    expect(() => formatCheckpoint({ ...checkpoint, root: root.subarray(1) })).toThrow(InvalidNote);
    expect(() => formatCheckpoint({ ...checkpoint, size: 1.5 })).toThrow(InvalidNote);
  });

  it('is verified with the key of its origin only', () => {
    const { signer, verifier } = newKey('log.example/a');
    const note = signNote(formatCheckpoint(checkpoint), signer);
    expect(openCheckpoint(note, verifier)).toEqual(checkpoint);
    const other = signNote(formatCheckpoint({ ...checkpoint, origin: 'log.example/b' }), signer);
    expect(() => openCheckpoint(other, verifier)).toThrow(
      'one of log.example/b, not of log.example/a',
    );
    expect(() => openCheckpoint(note, newKey('log.example/a').verifier)).toThrow(InvalidNote);
  });
});

describe('a tlog-proof', () => {
  const { signer, verifier } = newKey('log.example/a');
  const [left, right] = [leafHash(Buffer.from('a')), leafHash(Buffer.from('b'))];
  const head = { origin: 'log.example/a', size: 2, root: nodeHash(left, right) };
  const signed = signNote(formatCheckpoint(head), signer);
  const text = formatProof({ index: 1, proof: [left], checkpoint: signed });

  it('has the lines of the specification, and is read as it was written', () => {
    expect(text).toBe(`c2sp.org/tlog-proof@v1\nindex 1\n${left.toString('base64')}\n\n${signed}`);
    const read = parseProof(text);
    expect(read).toEqual({ index: 1, proof: [left], checkpoint: signed });
    const { size, root: signedRoot } = openCheckpoint(read.checkpoint, verifier);
    expect(verifyInclusion(read.index, size, right, read.proof, signedRoot)).toBe(true);
  });

  it('may have extra data, and no hashes in a tree of one leaf', () => {
    const one = signNote(formatCheckpoint({ ...head, size: 1 }), signer);
    const proof = { index: 0, proof: [], checkpoint: one, extra: Buffer.from('salt') };
    expect(formatProof(proof)).toBe(`c2sp.org/tlog-proof@v1\nextra c2FsdA==\nindex 0\n\n${one}`);
    expect(parseProof(formatProof(proof))).toEqual(proof);
  });

  it.each([
    ['another version', text.replace('@v1', '@v2')],
    ['a line before it', `\n${text}`],
    ['no index', text.replace('index 1\n', '')],
    ['a leading zero', text.replace('index 1', 'index 01')],
    ['an index outside the tree', text.replace('index 1', 'index 2')],
    ['extra data after the index', text.replace('index 1\n', 'index 1\nextra AAAA\n')],
    ['extra data that is not base64', text.replace('index', 'extra A\nindex')],
    ['a short hash', text.replace(left.toString('base64'), 'AAAA')],
    [
      '64 hashes',
      text.replace(left.toString('base64'), Array(64).fill(left.toString('base64')).join('\n')),
    ],
    ['no empty line', text.replace('\n\nlog', '\nlog')],
    ['carriage returns', text.replaceAll('\n', '\r\n')],
    ['no checkpoint', text.slice(0, text.indexOf('\n\n') + 2)],
    ['nothing', ''],
  ])('is refused with %s', (_, changed) => {
    expect(() => parseProof(changed)).toThrow(InvalidNote);
  });
});
