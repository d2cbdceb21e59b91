import { SHOWN, type Shown } from '../../vocabulary/finding-types.js';
import type { EvidenceKind } from '../kind.js';
import { cyclonedx } from './cyclonedx/index.js';
import { gitleaks } from './gitleaks/index.js';
import { grype } from './grype/index.js';
import { junit } from './junit/index.js';
import { npmAudit } from './npm-audit/index.js';
import { openvex } from './openvex/index.js';
import { sarif } from './sarif/index.js';
import { spdx } from './spdx/index.js';
import { trivy } from './trivy/index.js';

/**
 * Every kind of evidence, a line each. The order is that of descriptions and messages. It decides nothing: a document is
 * recognised by one kind at most, which `laws.test.ts` checks.
 */
export const kinds: readonly EvidenceKind[] = [
  junit,
  cyclonedx,
  spdx,
  trivy,
  grype,
  gitleaks,
  npmAudit,
  sarif,
  openvex,
];

/** What to upload to show something: kinds that always show it first, then those that show it with an option. */
function uploadsFor(shown: Shown): string[] {
  const all = kinds.flatMap(({ name, uploadFor }) => ({ name, text: uploadFor?.[shown] ?? '' }));
  const texts = (always: boolean) =>
    all.filter(({ name, text }) => text && (name === text) === always).map(({ text }) => text);
  return [...texts(true), ...texts(false)];
}

/** Completes the denials of rules that lack evidence. */
export const UPLOADS: Readonly<Partial<Record<Shown, readonly string[]>>> = Object.fromEntries(
  SHOWN.map((shown) => [shown, uploadsFor(shown)]),
);
