import { SHOWN, type Shown } from '../../vocabulary/finding-types.js';
import type { EvidenceKind } from '../kind.js';
import { cyclonedx } from './cyclonedx/index.js';
import { cyclonedxXml } from './cyclonedx-xml/index.js';
import { gitleaks } from './gitleaks/index.js';
import { goTest } from './go-test/index.js';
import { grype } from './grype/index.js';
import { junit } from './junit/index.js';
import { npmAudit } from './npm-audit/index.js';
import { openvex } from './openvex/index.js';
import { osv } from './osv/index.js';
import { sarif } from './sarif/index.js';
import { semgrep } from './semgrep/index.js';
import { spdx } from './spdx/index.js';
import { trivy } from './trivy/index.js';
import { trx } from './trx/index.js';

/**
 * Every kind of evidence, one per line, in the order of descriptions and messages. The order does not affect
 * recognition: at most one kind recognises a document, which `laws.test.ts` checks.
 */
export const kinds: readonly EvidenceKind[] = [
  junit,
  trx,
  goTest,
  cyclonedx,
  cyclonedxXml,
  spdx,
  trivy,
  grype,
  gitleaks,
  npmAudit,
  osv,
  sarif,
  semgrep,
  openvex,
];

/** Lists what to upload: first kinds that always report it, then kinds that need an option of their tool. */
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
