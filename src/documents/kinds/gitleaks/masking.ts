import { MASK, withoutSecrets } from '../common/mask.js';

/** Fields that have the secret, or the text around it. */
const SECRET_FIELDS = new Set(['Secret', 'Match', 'Line', 'MatchContext']);

/** With `--redact`, Gitleaks writes this instead of a secret; it is none. */
const REDACTED = 'REDACTED';

/**
 * Masks the fields that have the secrets, wherever they are, and takes the secrets out of all others.
 * @returns also the secrets, to clean what is taken from the document
 */
export function maskLeaks(document: unknown): { masked: unknown; secrets: ReadonlySet<string> } {
  const secrets = new Set<string>();
  const entry = (name: string, value: unknown): unknown => {
    if (!SECRET_FIELDS.has(name) || value === '' || value === null) return copy(value);
    if (typeof value === 'string' && value !== REDACTED) secrets.add(value);
    return MASK;
  };
  const copy = (node: unknown): unknown => {
    if (Array.isArray(node)) return node.map(copy);
    if (typeof node !== 'object' || node === null) return node;
    return Object.fromEntries(
      Object.entries(node).map(([name, value]) => [name, entry(name, value)]),
    );
  };
  const masked = copy(document);
  return { masked: withoutSecrets(masked, secrets), secrets };
}
