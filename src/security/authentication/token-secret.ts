import { createHash, randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/**
 * API tokens: `srp_`, 256 random bits in base62 (43 characters), and the CRC-32 of those characters in
 * base62 (6). With the prefix and the checksum, secret scanners recognise real tokens offline.
 */
const DIGITS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const PATTERN = /^srp_([0-9A-Za-z]{43})([0-9A-Za-z]{6})$/;

function base62(value: bigint, length: number): string {
  let text = '';
  for (let rest = value; rest > 0n; rest /= 62n) text = DIGITS[Number(rest % 62n)] + text;
  return text.padStart(length, '0');
}

const checksum = (random: string) => base62(BigInt(crc32(random)), 6);

/** Creates a new secret. Its holder can act as its subject. */
export function createSecret(): string {
  const random = base62(BigInt(`0x${randomBytes(32).toString('hex')}`), 43);
  return `srp_${random}${checksum(random)}`;
}

/** True if the text has the form and the checksum of a secret. */
export function isSecret(text: string): boolean {
  const [, random, sum] = PATTERN.exec(text) ?? [];
  return random !== undefined && checksum(random) === sum;
}

/** SHA-256 is enough, because a secret has 256 random bits. */
export function hashSecret(secret: string): Buffer<ArrayBuffer> {
  return createHash('sha256').update(secret).digest();
}

/** Masks API tokens and JSON Web Tokens in a text for the log. */
export function maskSecrets(text: string): string {
  return text.replace(/srp_[0-9A-Za-z]{8,}|eyJ[\w-]{8,}[\w.-]*/g, '***');
}
