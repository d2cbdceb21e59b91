import { createHmac } from 'node:crypto';
import { MASK } from '../kinds/common/mask.js';

/**
 * Secrets that are recognised in any document by their form: a prefix, and the characters after it. Kinds of scanners
 * mask more, because they know where their tool writes a secret. The prefixes prevent matches in ordinary text. All
 * lengths are bounded, so that the work is linear.
 */
const FORMS = [
  ['A[KS]IA', '[0-9A-Z]{16}(?![0-9A-Za-z])'], // AWS access keys
  ['gh[oprsu]_', '[0-9A-Za-z]{36,255}'], // GitHub tokens
  ['github_pat_', '[0-9A-Za-z_]{50,255}'],
  ['glpat-', '[0-9A-Za-z_-]{20,255}'], // GitLab tokens
  ['npm_', '[0-9A-Za-z]{36,255}'],
  ['xox[abeoprs]-', '[0-9A-Za-z-]{10,255}'], // Slack tokens
  ['[rs]k_live_', '[0-9A-Za-z]{20,255}'], // Stripe keys
  ['AIza', '[0-9A-Za-z_-]{35}'], // Google API keys
  ['srp_', '[0-9A-Za-z]{49}'], // tokens of this platform
  ['eyJ', '[0-9A-Za-z_-]{10,4000}[.]eyJ[0-9A-Za-z_-]{10,8000}[.][0-9A-Za-z_-]{10,2000}'], // JWT
] as const;

/** A secret may follow a percent-encoded character, but does not begin in the middle of a word. */
const WORDS = FORMS.map(
  ([begin, rest]) => `${begin}(?<=(?:^|[^0-9A-Za-z]|%[0-9A-Fa-f]{2})${begin})${rest}`,
);

/** A private key, with line breaks and spaces as JSON, XML or URLs may encode them. */
const SPACE = '(?: |[+]|%20)';
const KEY_CHARACTER = String.raw`[0-9A-Za-z+/=:,.%\s-]|\\[nrt/]|\\u00[0-9a-fA-F]{2}|&#x?[0-9a-fA-F]{1,4};`;
const KEY_HEADER = `-----BEGIN${SPACE}(?:[A-Z]{2,10}${SPACE}){0,2}PRIVATE${SPACE}KEY-----`;
const PRIVATE_KEY = `${KEY_HEADER}(?:${KEY_CHARACTER}){1,20000}`;

/** The password of a URL, which may be escaped or percent-encoded. The other parts remain. */
const COLON = '(?::|%3[aA])';
const SLASH = String.raw`(?:\\?/|%2[fF])`;
const AT = '(?:@|%40)';
const USER = String.raw`(?:[^\s/:@"'<>\\%]|%(?!3[aA]|2[fF]|40)){0,100}`;
const WORD = String.raw`(?!\*\*\*)(?:[^\s/@"'<>\\%]|%(?!2[fF]|40)){1,200}`;
const PASSWORD = `(${COLON}${SLASH}${SLASH}${USER}${COLON})(${WORD})(${AT})`;

const SECRETS = new RegExp([...WORDS, PRIVATE_KEY, PASSWORD].join('|'), 'g');

/**
 * Replaces each known secret with a mask and a keyed digest, so that different secrets stay different and equal ones
 * stay equal. The document stays valid JSON or XML, because no form matches beyond the end of a text.
 * @returns the same bytes if the document has no such secret
 */
export function withoutKnownSecrets(bytes: Uint8Array, secretKey: Uint8Array): Uint8Array {
  const digests = new Map<string, string>();
  const digest = (secret: string) => {
    const known = digests.get(secret);
    if (known !== undefined) return known;
    const computed = createHmac('sha256', secretKey).update(secret).digest('hex').slice(0, 12);
    digests.set(secret, computed);
    return computed;
  };
  // Latin-1 maps each byte to one character: all forms are ASCII, and other bytes stay unchanged.
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const masked = text.replace(
    SECRETS,
    (all: string, before = '', password = all, after = '') =>
      `${before}${MASK}${digest(password)}${after}`,
  );
  return masked === text ? bytes : Buffer.from(masked, 'latin1');
}
