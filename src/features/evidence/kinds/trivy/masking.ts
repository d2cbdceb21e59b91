import { MASK, withoutSecrets } from '../common/mask.js';
import type { Finding } from '../kind.js';
import type { Result } from './schema.js';

/**
 * Fields that may have a secret in it: Trivy puts stars in a secret's own match and lines, but not in the lines of a
 * misconfiguration of the same file, nor in the commands and the environment that an image was built with.
 */
const HOLDERS = new Set([
  'Match',
  'Content',
  'Highlighted',
  'RenderedCause',
  'CreatedBy',
  'created_by',
  'Env',
  'Cmd',
  'Entrypoint',
  'Labels',
]);

function withoutHolders(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(withoutHolders);
  if (typeof node !== 'object' || node === null) return node;
  return Object.fromEntries(
    Object.entries(node).map(([name, value]) => {
      const empty = value === null || value === '';
      return [name, HOLDERS.has(name) && !empty ? MASK : withoutHolders(value)];
    }),
  );
}

/** Takes what secrets can be read from out of a report, and out of the texts of its findings. */
export function maskSecrets(document: unknown, results: readonly Result[], findings: Finding[]) {
  const matches = new Set<string>();
  for (const { Secrets } of results)
    for (const { Match } of Secrets ?? []) if (Match) matches.add(Match);
  const shown = findings.map(({ title, message, location }) => ({ title, message, location }));
  const clean = withoutSecrets(shown, matches) as typeof shown;
  return {
    findings: findings.map((finding, i) => ({ ...finding, ...clean[i] })),
    masked: withoutSecrets(withoutHolders(document), matches),
  };
}
