import { type KeyObject, verify } from 'node:crypto';
import { anyBase64 } from './base64.js';

/** Signed envelopes (DSSE v1), and the Sigstore bundle v0.3 around one. */
export const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';
const MAX_SIGNATURES = 64;

export interface Envelope {
  /** Base64. */
  readonly payload: string;
  readonly payloadType: string;
  readonly signatures: readonly { readonly keyid: string; readonly sig: string }[];
}

export interface EnvelopeSigner {
  readonly keyId: string;
  readonly sign: (bytes: Buffer) => Buffer;
}

/** An envelope that must not be believed. */
export class InvalidEnvelope extends Error {
  override name = 'InvalidEnvelope';
}

/** What is signed: the pre-authentication encoding of type and body. Lengths are in bytes. */
export function pae(type: string, body: Uint8Array): Buffer {
  const typeBytes = Buffer.from(type);
  return Buffer.concat([
    Buffer.from(`DSSEv1 ${typeBytes.length} `),
    typeBytes,
    Buffer.from(` ${body.length} `),
    body,
  ]);
}

export function signEnvelope(
  payloadType: string,
  payload: Uint8Array,
  signers: readonly EnvelopeSigner[],
): Envelope {
  const bytes = pae(payloadType, payload);
  return {
    payload: Buffer.from(payload).toString('base64'),
    payloadType,
    signatures: signers.map(({ keyId, sign }) => ({
      keyid: keyId,
      sig: sign(bytes).toString('base64'),
    })),
  };
}

/** ECDSA on P-256 with SHA-256, or Ed25519: other keys are not ours. */
function isSignedBy(key: KeyObject, bytes: Buffer, signature: Buffer): boolean {
  if (key.asymmetricKeyType === 'ed25519') return verify(null, bytes, key, signature);
  const isP256 = key.asymmetricKeyDetails?.namedCurve === 'prime256v1';
  return isP256 && verify('sha256', bytes, key, signature);
}

const isText = (value: unknown): value is string => typeof value === 'string';

function parseEnvelope(envelope: unknown) {
  if (typeof envelope !== 'object' || envelope === null) {
    throw new InvalidEnvelope('The envelope is not an object');
  }
  const { payload, payloadType, signatures }: Record<string, unknown> = { ...envelope };
  const bytes = isText(payload) ? anyBase64(payload) : undefined;
  if (bytes === undefined || !isText(payloadType)) {
    throw new InvalidEnvelope('The envelope has no payload in base64, or no type of it');
  }
  if (!Array.isArray(signatures) || signatures.length === 0 || signatures.length > MAX_SIGNATURES) {
    throw new InvalidEnvelope(`The envelope does not have 1 to ${MAX_SIGNATURES} signatures`);
  }
  const parsed = signatures.map((one: unknown) => {
    const { sig }: Record<string, unknown> = { ...(one as object | null) };
    const signature = isText(sig) ? anyBase64(sig) : undefined;
    if (!signature) throw new InvalidEnvelope('A signature of the envelope is not base64');
    return signature;
  });
  return { payload: bytes, payloadType, signatures: parsed };
}

/**
 * Verifies an envelope. One signature of a known key is enough; others are ignored. The key ids in an envelope are
 * hints that nothing protects, so they are not read. Parse the returned bytes, and nothing else of the envelope.
 * @returns the payload, its type, and the keys that signed it
 * @throws {InvalidEnvelope} unless a known key signed it
 */
export function verifyEnvelope(envelope: unknown, keys: readonly KeyObject[]) {
  const { payload, payloadType, signatures } = parseEnvelope(envelope);
  const bytes = pae(payloadType, payload);
  const signedBy = keys.filter((key) => signatures.some((sig) => isSignedBy(key, bytes, sig)));
  if (signedBy.length === 0) throw new InvalidEnvelope('No known key signed the envelope');
  return { payload, payloadType, signedBy };
}

/**
 * Puts an envelope into a Sigstore bundle for a key that the verifier has. Its hint is the key id: base64 of the
 * SHA-256 of the public key as DER. The signature has no key id, as in the bundles of cosign: cosign skips a signature
 * whose key id is not its own fingerprint of the key.
 * @throws {InvalidEnvelope} if it does not have exactly one signature: verifiers must refuse others
 */
export function toBundle({ signatures, ...envelope }: Envelope) {
  const [signature, ...more] = signatures;
  if (signature === undefined || more.length > 0) {
    throw new InvalidEnvelope(`A bundle has one signature, not ${signatures.length}`);
  }
  return {
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: { publicKey: { hint: signature.keyid } },
    dsseEnvelope: { ...envelope, signatures: [{ sig: signature.sig }] },
  };
}
