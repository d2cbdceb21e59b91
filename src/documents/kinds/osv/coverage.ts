import { hash } from 'node:crypto';
import { counted } from '../../../shared/text.js';
import { type Coverage, shownBy, type Target } from '../../../vocabulary/coverage.js';
import type { Note } from '../../kind.js';
import { type About, covered, failed, uncovered } from '../common/coverage.js';
import { reportedError } from '../common/reported-error.js';
import { isObject, objectsOf, textsOf } from '../common/texts.js';
import { type Found, packagesOf, type Report } from './schema.js';

const ONLY_VULNERABLE =
  'it has no vulnerabilities and does not list the other packages, so it does not show that any was looked at. ' +
  'Use osv-scanner scan --all-packages';
const NO_PACKAGES =
  'OSV-Scanner found no packages (--allow-no-lockfiles). Name the folder or the file to scan';
const NOT_SCANNABLE =
  'it lists only packages without a version or an ecosystem, which OSV-Scanner cannot look up. ' +
  'Scan a lock file, or an SBOM with versions';
const CONTRADICTORY =
  'it contradicts itself: it names vulnerabilities that it does not list. Upload the output of osv-scanner unchanged';
const NO_LICENCES =
  'it lists no licence of a package. Use osv-scanner scan --all-packages --licenses="MIT,…" with a network';
const ONLY_FOUND = 'the document lists only detectors that found something';

/** OSV-Scanner looks up a package by its name and version, or by its commit. */
const isScannable = ({ entry: { package: own } }: Found) =>
  [own.ecosystem, own.name, own.version].every(isNamed) || isNamed(own.commit);

const isNamed = (text: unknown) => typeof text === 'string' && text.trim() !== '';

const hasFinding = ({ entry }: Found) =>
  [entry.vulnerabilities, entry.groups].some((list) => (list?.length ?? 0) > 0);

/** Whether a package is listed for another reason than that all are. */
const isListedAnyway = (found: Found) =>
  hasFinding(found) ||
  textsOf(found.entry.license_violations).length > 0 ||
  found.entry.package.deprecated === true;

/** Digests of layers, from the base of the image to its top. */
function topLayer({ image_metadata }: Report): string | undefined {
  const { layer_metadata }: Record<string, unknown> = Object(image_metadata);
  return textsOf(objectsOf(layer_metadata).map(({ diff_id }) => diff_id)).at(-1);
}

/** An image is not named, and all images have the same paths. The digest of its top layer tells it from others. */
function targetsOf(report: Report): Target[] {
  if (isObject(report.image_metadata)) {
    const layer = topLayer(report);
    return [{ type: 'image', ...(layer && { otherDigests: [layer] }) }];
  }
  return (report.results ?? []).flatMap(({ source }): Target[] => {
    if (!source?.path) return [];
    return [{ type: source.type === 'git' ? 'repository' : 'files', name: source.path }];
  });
}

/** Reports list few targets. Of more, the first and a digest of all are enough to compare documents. */
const MAX_TARGETS = 20;

function boundedTargets(report: Report): Target[] {
  const all = targetsOf(report);
  if (all.length <= MAX_TARGETS) return all;
  const digest = hash('sha256', JSON.stringify(all), 'hex').slice(0, 16);
  return [{ type: 'files', name: `${all.length} sources, ${digest}` }];
}

function vulnerabilityCoverage(
  report: Report,
  packages: readonly Found[],
  contradictions: readonly Note[],
  of: readonly Target[],
): Coverage {
  const what = 'vulnerability';
  if (report.results === null) return uncovered(what, NO_PACKAGES, { lookedAt: 0 });
  const error = reportedError(report, [
    ...(report.results ?? []),
    ...packages.map(({ entry }) => entry),
  ]);
  if (error !== undefined) return failed(what, error, { of });
  if (contradictions.length > 0) return failed(what, CONTRADICTORY, { of });
  const areAllListed = packages.some((found) => !isListedAnyway(found));
  if (!areAllListed) {
    const found = packages.some(hasFinding);
    return found ? covered(what, { of }) : uncovered(what, ONLY_VULNERABLE, { of });
  }
  const lookedAt = packages.filter(isScannable).length;
  return lookedAt > 0
    ? covered(what, { of, lookedAt })
    : uncovered(what, NOT_SCANNABLE, { of, lookedAt });
}

/** Licences are compared only with a list. */
function licenceCoverage(report: Report, packages: readonly Found[], about: About): Coverage[] {
  const { licenses }: Record<string, unknown> = Object(report.experimental_config);
  const { allowlist }: Record<string, unknown> = Object(licenses);
  const violations = packages.some(({ entry }) => textsOf(entry.license_violations).length > 0);
  if (textsOf(allowlist).length === 0 && !violations) return [];
  const known = packages.filter(({ entry }) => textsOf(entry.licenses).length > 0).length;
  if (known === 0) return [uncovered('licence', NO_LICENCES, about)];
  return [covered('licence', { ...about, lookedAt: known })];
}

/** What a report shows. OSV-Scanner 2.5 writes a report also if the look-up of vulnerabilities failed. */
export function coverageOf(report: Report, contradictions: readonly Note[]): Coverage[] {
  const packages = packagesOf(report);
  const of = boundedTargets(report);
  const detected = objectsOf(report.experimental_generic_findings).length > 0;
  return [
    vulnerabilityCoverage(report, packages, contradictions, of),
    ...licenceCoverage(report, packages, { of }),
    ...(detected ? [uncovered('misconfiguration', ONLY_FOUND, { of })] : []),
  ];
}

const SILENT =
  'No vulnerability is listed. OSV-Scanner 2.5 writes the same if it could not ask for vulnerabilities: ' +
  'let the pipeline stop if its exit code is above 1';

const EMPTY =
  'It lists no package, so only the word of the uploader can say that any was looked at. OSV-Scanner writes the same if ' +
  'its configuration filters everything: use osv-scanner scan --all-packages';

function skippedMessage(count: number): string {
  const subject = counted(count, 'package has', 'packages have');
  return `${subject} no version or no ecosystem, and OSV-Scanner did not look them up`;
}

/** What the reader of a report should know. */
export function warningsOf(report: Report, coverage: readonly Coverage[]): Note[] {
  const packages = packagesOf(report);
  const skipped = packages.filter((found) => !isScannable(found)).length;
  const isClean = shownBy(coverage).includes('vulnerability') && !packages.some(hasFinding);
  return [
    ...(report.results?.length === 0 ? [{ message: EMPTY, pointer: '/results' }] : []),
    ...(isClean ? [{ message: SILENT, pointer: '/results' }] : []),
    ...(skipped > 0 ? [{ message: skippedMessage(skipped), pointer: '/results' }] : []),
  ];
}
