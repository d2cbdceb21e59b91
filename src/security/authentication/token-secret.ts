import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * API tokens: `srp_`, 256 random bits in base62 (43 characters), and the CRC-32 of those characters in
 * base62 (6). With the prefix and the checksum, secret scanners recognise real tokens offline. The secrets of sessions
 * begin with `srps_`, so that neither is taken for the other.
 */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PATTERN = /^(srps?)_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

type Prefix = 'srp' | 'srps';

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text.padStart(length, '0');
}

const checksum = (random: string) => base62(BigInt(crc32(random)), 6);

/** Creates a new secret: of an API token, or of a session (`srps`). Its holder can act as its subject. */
export function createSecret(prefix: Prefix = 'srp'): string {
  const random = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43);
  return `${prefix}_${random}${checksum(random)}`;
}

/** True if the text has the form and the checksum of a secret. */
export function isSecret(text: string, prefix: Prefix = 'srp'): boolean {
  const [, found, random, sum] = PATTERN.exec(text) ?? [];
  return found === prefix && random !== undefined && checksum(random) === sum;
}

/** SHA-256 is enough, because a secret has 256 random bits. */
export function hashSecret(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret).digest();
}

/** Masks API tokens, secrets of sessions and JSON Web Tokens in a text for the log. */
export function maskSecrets(text: string): string {
  return text.replace(/srps?_[0-9A-Za-z]{8,}|eyJ[\w-]{8,}[\w.-]*/g, '***');
}
