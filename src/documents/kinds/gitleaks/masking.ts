import { MASK, withoutSecrets } from '../common/mask.js';

/** Fields that contain the secret, or the text around it. */
const SECRET_FIELDS = new Set(['Secret', 'Match', 'Line', 'MatchContext']);

/** Gitleaks writes this instead of a secret with `--redact`. */
const REDACTED = 'REDACTED';

/**
 * Masks the fields that contain secrets at any depth, and the secrets' texts in all other fields.
 * @returns the masked document and the secrets, to clean the findings
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
