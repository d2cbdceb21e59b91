import type { FindingType } from '../../../vocabulary/finding-types.js';
import type { EvidenceInput, RuleInput, Shown } from '../rule.js';
import { byText, joined } from './text.js';

/** Everything that evidence can show: a name, and what to upload where it is missing. */
const UPLOADS: Readonly<Record<Shown, readonly [name: string, upload: string]>> = {
  components: ['bill of materials', 'an SBOM (cyclonedx or spdx)'],
  tests: ['test report', 'a test report (junit)'],
  vulnerability: ['vulnerability scan', 'a report of trivy, grype or npm-audit'],
  misconfiguration: [
    'scan for misconfigurations',
    'a report of trivy with its scanner of misconfigurations',
  ],
  secret: ['secrets scan', 'a report of gitleaks, or of trivy with its scanner of secrets'],
  licence: ['licence scan', 'a report of trivy with its scanner of licences'],
  code: ['code analysis', 'a SARIF report'],
};

export const SHOWN = Object.keys(UPLOADS) as readonly Shown[];

/** What findings can be about. */
export const FINDING_TYPES = SHOWN.filter(
  (shown): shown is FindingType => shown !== 'components' && shown !== 'tests',
);

/** `bill of materials`, `secrets scan`. */
export const nameOf = (shown: Shown) => UPLOADS[shown][0];

/** `an SBOM (cyclonedx or spdx)`. */
export const uploadOf = (shown: Shown) => UPLOADS[shown][1];

/** Where evidence goes. */
export const UPLOAD = 'POST /releases/{id}/evidence';

/** Evidence that could have shown one of these. */
export const showing = (
  input: Pick<RuleInput, 'evidence'>,
  ...some: readonly Shown[]
): EvidenceInput[] => input.evidence.filter(({ shows }) => some.some((one) => shows.includes(one)));

export const idsOf = (evidence: readonly EvidenceInput[]) => evidence.map(({ id }) => id);

/** That none of these could be seen, and what to do about it. */
export function unseen(some: readonly Shown[]): string {
  const sorted = some.toSorted(byText);
  const uploads = joined([...new Set(sorted.map(uploadOf))]);
  return `No ${joined(sorted.map(nameOf), 'or')} counts for this release, and no scan is not a clean scan. Upload ${uploads}: ${UPLOAD}`;
}

/** What to say of those that none of the evidence could have shown; undefined: all of them could be seen. */
export function missing(input: Pick<RuleInput, 'evidence'>, all: readonly Shown[]) {
  const lacking = all.filter((one) => showing(input, one).length === 0);
  return lacking.length === 0 ? undefined : unseen(lacking);
}
