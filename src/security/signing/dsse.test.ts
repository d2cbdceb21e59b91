import { createPublicKey, generateKeyPairSync, type KeyObject, sign, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import {
  type Envelope,
  type EnvelopeSigner,
  InvalidEnvelope,
  pae,
  signEnvelope,
  toBundle,
  verifyEnvelope,
} from './dsse.js';
import { useFolders } from './keys.support.js';
import { hintOf } from './keys-file.js';
import { STATEMENT_MEDIA_TYPE, statementBytes, statementOf } from './statement.js';

const TYPE = STATEMENT_MEDIA_TYPE;
const BODY = Buffer.from('{"ü":"\u20ac"}');
const { created } = useFolders();

function newKey(type: 'P-256' | 'P-384' | 'ed25519') {
  const pair =
    type === 'ed25519'
      ? generateKeyPairSync('ed25519')
      : generateKeyPairSync('ec', { namedCurve: type });
  const algorithm = type === 'ed25519' ? null : 'sha256';
  const signer: EnvelopeSigner = {
    keyId: hintOf(pair.publicKey),
    sign: (bytes) => sign(algorithm, bytes, pair.privateKey),
  };
  return { signer, key: pair.publicKey };
}
const [p256, ed25519] = [newKey('P-256'), newKey('ed25519')];
const envelope = signEnvelope(TYPE, BODY, [p256.signer]);
const open = (changed: unknown, ...keys: KeyObject[]) => verifyEnvelope(changed, keys);

describe('pae', () => {
  it('is that of the DSSE specification, with lengths in bytes', () => {
    const example = pae('http://example.com/HelloWorld', Buffer.from('hello world'));
    expect(example.toString()).toBe('DSSEv1 29 http://example.com/HelloWorld 11 hello world');
    expect(pae('€', BODY).toString()).toBe('DSSEv1 3 € 12 {"ü":"€"}');
    expect(pae('', Buffer.alloc(0)).toString()).toBe('DSSEv1 0  0 ');
    expect(pae('t', Buffer.from([0xff])).at(-1)).toBe(0xff);
  });
});

describe('signEnvelope', () => {
  it('signs the encoding with each key, so that node:crypto verifies it', () => {
    const { signatures, ...rest } = signEnvelope(TYPE, BODY, [p256.signer, ed25519.signer]);
    expect(rest).toEqual({ payloadType: TYPE, payload: BODY.toString('base64') });
    const bytes = pae(TYPE, BODY);
    const [ec = '', ed = ''] = signatures.map(({ sig }) => sig);
    expect(verify('sha256', bytes, p256.key, Buffer.from(ec, 'base64'))).toBe(true);
    expect(verify(null, bytes, ed25519.key, Buffer.from(ed, 'base64'))).toBe(true);
  });

  it('takes the key for verdicts of the keys folder', async () => {
    const { keys } = await created();
    const { keyId, publicKeyPem } = keys.verdicts;
    const signed = signEnvelope(TYPE, BODY, [keys.verdicts]);
    expect(signed.signatures[0]?.keyid).toBe(keyId);
    expect(open(signed, createPublicKey(publicKeyPem)).payload).toEqual(BODY);
  });
});

describe('verifyEnvelope', () => {
  it('returns the bytes that were signed, and who signed them', () => {
    const both = signEnvelope(TYPE, BODY, [ed25519.signer, p256.signer]);
    expect(open(both, p256.key)).toEqual({
      payload: BODY,
      payloadType: TYPE,
      signedBy: [p256.key],
    });
    expect(open(both, p256.key, ed25519.key).signedBy).toEqual([p256.key, ed25519.key]);
  });

  it('ignores signatures of other keys, wrong ones and key ids', () => {
    const [signature] = envelope.signatures;
    const wrong = { keyid: p256.signer.keyId, sig: 'AAAA' };
    const signatures = [wrong, { sig: signature?.sig }, { keyid: 'x', sig: '' }];
    expect(open({ ...envelope, signatures }, ed25519.key, p256.key).signedBy).toEqual([p256.key]);
  });

  it('reads standard and URL-safe base64, with and without padding', () => {
    const bytes = Buffer.from([0xfb, 0xff, 0xfe, 0x01]);
    const signed = signEnvelope('t', bytes, [p256.signer]);
    const forms: ((text: string) => string)[] = [
      (text) => text,
      (text) => Buffer.from(text, 'base64').toString('base64url'),
      (text) => text.replaceAll('+', '-').replaceAll('/', '_'),
      (text) => text.replace(/=+$/, ''),
    ];
    for (const form of forms) {
      const payload = form(signed.payload);
      const signatures = signed.signatures.map(({ sig }) => ({ sig: form(sig) }));
      expect(open({ ...signed, payload, signatures }, p256.key).payload).toEqual(bytes);
    }
    const mixed = { ...signed, payload: '-/_+AQ==' };
    expect(() => open(mixed, p256.key)).toThrow('no payload in base64');
  });

  const changed: [string, unknown][] = [
    ['another payload', { ...envelope, payload: Buffer.from('{}').toString('base64') }],
    ['another type', { ...envelope, payloadType: 'application/json' }],
    ['no type', { ...envelope, payloadType: undefined }],
    ['a payload that is not text', { ...envelope, payload: 1 }],
    ['a payload with spaces', { ...envelope, payload: `${envelope.payload} ` }],
    ['too much padding', { ...envelope, payload: `${envelope.payload}====` }],
    ['no signatures', { ...envelope, signatures: [] }],
    ['signatures that are not a list', { ...envelope, signatures: {} }],
    ['a signature that is null', { ...envelope, signatures: [null] }],
    ['a signature that is not base64', { ...envelope, signatures: [{ sig: '!' }] }],
    ['65 signatures', { ...envelope, signatures: Array(65).fill(envelope.signatures[0]) }],
    ['null', null],
    ['a text', 'envelope'],
  ];
  it.each(changed)('refuses %s', (_, value) => {
    expect(() => open(value, p256.key)).toThrow(InvalidEnvelope);
  });

  it('refuses other keys, no keys, and keys of other kinds', () => {
    const p384 = newKey('P-384');
    expect(() => open(envelope, ed25519.key)).toThrow('No known key');
    expect(() => open(envelope)).toThrow('No known key');
    expect(() => open(signEnvelope(TYPE, BODY, [p384.signer]), p384.key)).toThrow('No known key');
  });
});

describe('toBundle', () => {
  it('is as cosign writes it: a hint, and a signature without key id', () => {
    const [signature] = envelope.signatures;
    const bundle = toBundle(envelope);
    expect(bundle).toEqual({
      mediaType: 'application/vnd.dev.sigstore.bundle.v0.3+json',
      verificationMaterial: { publicKey: { hint: hintOf(p256.key) } },
      dsseEnvelope: { ...envelope, signatures: [{ sig: signature?.sig }] },
    });
    expect(open(bundle.dsseEnvelope, p256.key).payload).toEqual(BODY);
  });

  it('has exactly one signature', () => {
    const many: Envelope[] = [
      signEnvelope(TYPE, BODY, []),
      signEnvelope(TYPE, BODY, [p256.signer, ed25519.signer]),
    ];
    for (const one of many) expect(() => toBundle(one)).toThrow('A bundle has one signature');
  });
});

describe('statementOf', () => {
  const subject = { name: 'shop.jar', digest: { sha256: 'a'.repeat(64) } };

  it('is in-toto Statement v1, as canonical JSON', () => {
    const statement = statementOf([subject], 'https://example.com/p/v1', { b: 1, a: '€' });
    expect(statementBytes(statement).toString()).toBe(
      `{"_type":"https://in-toto.io/Statement/v1","predicate":{"a":"€","b":1},"predicateType":"https://example.com/p/v1","subject":[{"digest":{"sha256":"${'a'.repeat(64)}"},"name":"shop.jar"}]}`,
    );
  });

  it('is refused without subjects, and with digests of another form', () => {
    expect(() => statementOf([], 'p', {})).toThrow('one or more subjects');
    for (const sha256 of ['A'.repeat(64), `sha256:${'a'.repeat(64)}`, 'a'.repeat(63)]) {
      expect(() => statementOf([{ name: 'x', digest: { sha256 } }], 'p', {})).toThrow(
        'not a SHA-256',
      );
    }
  });
});
