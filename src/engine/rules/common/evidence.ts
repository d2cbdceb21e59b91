import type { Shown } from '../../../vocabulary/finding-types.js';
import type { EvidenceInput, RuleInput } from '../rule.js';
import { byText, joined } from './text.js';

/** Names of evidence, and what to upload if it is missing. `from` lists the kinds of evidence. */
const NAMES: Readonly<Record<Shown, readonly [name: string, upload: (from: string) => string]>> = {
  components: ['SBOM', (from) => `an SBOM (${from})`],
  tests: ['test report', (from) => `a test report (${from})`],
  vulnerability: ['vulnerability scan', (from) => `a report of ${from}`],
  misconfiguration: ['misconfiguration scan', (from) => `a report of ${from}`],
  secret: ['secret scan', (from) => `a report of ${from}`],
  licence: ['licence scan', (from) => `a report of ${from}`],
  code: ['code analysis', (from) => `a code analysis report (${from})`],
};

/** `SBOM`, `secret scan`. */
export const nameOf = (shown: Shown) => NAMES[shown][0];

/** `an SBOM (cyclonedx or spdx)`. */
export function uploadOf({ uploads }: Pick<RuleInput, 'uploads'>, shown: Shown): string {
  const [name, upload] = NAMES[shown];
  const from = uploads[shown] ?? [];
  return from.length === 0 ? `the report of a ${name}` : upload(joined(from, 'or'));
}

/** The call that uploads evidence. */
export const UPLOAD = 'POST /releases/{id}/evidence';

/** The evidence that could have shown one of `some`. */
export const showing = (
  input: Pick<RuleInput, 'evidence'>,
  ...some: readonly Shown[]
): EvidenceInput[] => input.evidence.filter(({ shows }) => some.some((one) => shows.includes(one)));

export const idsOf = (evidence: readonly EvidenceInput[]) => evidence.map(({ id }) => id);

/** The message when no evidence could have shown any of `some`. */
export function unseen(input: Pick<RuleInput, 'uploads'>, some: readonly Shown[]): string {
  const sorted = some.toSorted(byText);
  const uploads = joined([...new Set(sorted.map((one) => uploadOf(input, one)))]);
  return `No ${joined(sorted.map(nameOf), 'or')} counts for this release. Upload ${uploads}: ${UPLOAD}`;
}

/** The message when no evidence could have shown one of `all`; undefined if evidence could have shown each. */
export function missing(input: Pick<RuleInput, 'evidence' | 'uploads'>, all: readonly Shown[]) {
  const lacking = all.filter((one) => showing(input, one).length === 0);
  return lacking.length === 0 ? undefined : unseen(input, lacking);
}
