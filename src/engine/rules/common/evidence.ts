import type { Shown } from '../../../vocabulary/finding-types.js';
import type { EvidenceInput, RuleInput } from '../rule.js';
import { byText, joined } from './text.js';

/** What such evidence is called, and what to upload where it is missing. Kinds of evidence complete the second text. */
const NAMES: Readonly<Record<Shown, readonly [name: string, upload: (from: string) => string]>> = {
  components: ['bill of materials', (from) => `an SBOM (${from})`],
  tests: ['test report', (from) => `a test report (${from})`],
  vulnerability: ['vulnerability scan', (from) => `a report of ${from}`],
  misconfiguration: ['scan for misconfigurations', (from) => `a report of ${from}`],
  secret: ['secrets scan', (from) => `a report of ${from}`],
  licence: ['licence scan', (from) => `a report of ${from}`],
  code: ['code analysis', (from) => `a report of ${from}`],
};

/** `bill of materials`, `secrets scan`. */
export const nameOf = (shown: Shown) => NAMES[shown][0];

/** `an SBOM (cyclonedx or spdx)`. */
export function uploadOf({ uploads }: Pick<RuleInput, 'uploads'>, shown: Shown): string {
  const [name, upload] = NAMES[shown];
  const from = uploads[shown] ?? [];
  return from.length === 0 ? `evidence of a ${name}` : upload(joined(from, 'or'));
}

/** Where evidence goes. */
export const UPLOAD = 'POST /releases/{id}/evidence';

/** Evidence that could have shown one of these. */
export const showing = (
  input: Pick<RuleInput, 'evidence'>,
  ...some: readonly Shown[]
): EvidenceInput[] => input.evidence.filter(({ shows }) => some.some((one) => shows.includes(one)));

export const idsOf = (evidence: readonly EvidenceInput[]) => evidence.map(({ id }) => id);

/** That none of these could be seen, and what to do about it. */
export function unseen(input: Pick<RuleInput, 'uploads'>, some: readonly Shown[]): string {
  const sorted = some.toSorted(byText);
  const uploads = joined([...new Set(sorted.map((one) => uploadOf(input, one)))]);
  return `No ${joined(sorted.map(nameOf), 'or')} counts for this release, and no scan is not a clean scan. Upload ${uploads}: ${UPLOAD}`;
}

/** What to say of those that none of the evidence could have shown; undefined: all of them could be seen. */
export function missing(input: Pick<RuleInput, 'evidence' | 'uploads'>, all: readonly Shown[]) {
  const lacking = all.filter((one) => showing(input, one).length === 0);
  return lacking.length === 0 ? undefined : unseen(input, lacking);
}
