import { generateKeyPairSync, sign } from 'node:crypto';
import { formatCheckpoint } from '../../security/signing/checkpoint.js';
import { formatVkey, keyIdOf, rawPublicKey, signNote } from '../../security/signing/note.js';

const AT = '2026-11-25T10:05:00.000Z';

/** Keys of a log and of its verdicts, and what they sign. */
export function newKeys(origin = 'srp.invalid/0011223344556677') {
  const log = generateKeyPairSync('ed25519').privateKey;
  const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const raw = rawPublicKey(log);
  const signer = {
    name: origin,
    keyId: keyIdOf(origin, raw),
    sign: (text: Buffer) => sign(null, text, log),
  };
  const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    origin,
    checkpoint: (size: number, root: Buffer) =>
      signNote(formatCheckpoint({ origin, size, root }), signer),
    /** `keys.json` of a pack. */
    packed: { log: [formatVkey(origin, raw)], verdicts: [pem] },
    verdicts: { keyId: 'hint', sign: (bytes: Uint8Array) => sign('sha256', bytes, privateKey) },
    /** The answer of `GET /log/keys`. */
    json: {
      log: [{ origin, vkey: formatVkey(origin, raw), from: AT, until: null }],
      verdicts: [{ keyId: 'hint', publicKey: pem, from: AT, until: null }],
    },
  };
}
export type TestKeys = ReturnType<typeof newKeys>;
