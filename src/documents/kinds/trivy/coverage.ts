import type { Coverage, Target } from '../../../vocabulary/coverage.js';
import type { FindingType } from '../../../vocabulary/finding-types.js';
import { covered, extentOf, failed, imagesExtent, uncovered } from '../common/coverage.js';
import { CLASSES, isOfPackages, packagesOf } from './classes.js';
import type { Part } from './entries.js';
import { hasPackageLicences } from './package-licences.js';
import type { Scan } from './scan.js';
import { hiddenExceptions, missingFailures, missingSummary } from './summaries.js';
import { unreadSuppression } from './suppressed.js';
import { caveatOf, unscannedSystem } from './system.js';

const NO_RESULT =
  'it has no result: Trivy found nothing that it can scan, or left out what it found clean. ' +
  'Scan the image or folder itself, with --list-all-pkgs';
const NO_PACKAGES =
  'it has no result of packages: Trivy found none, or left out what it found clean. ' +
  'Scan the image or folder itself, with --list-all-pkgs';
const NO_FILES =
  'it has no result of configuration files, so Trivy found none. Name the folder that has them';

const NO_LICENCE_SCAN =
  'it lists licences of packages, and no result of the licence scanner, so that did not run. ' +
  'Scan with --scanners license, or upload an SBOM';
const NO_RESOURCE = 'it has no resource, so nothing of the cluster was scanned';
const UNNAMED =
  'it has no result and does not name what was scanned, so it may have been cut. Upload the output of trivy unchanged';

const unseenImage = (name: string) =>
  `the image ${name.slice(0, 150)} runs in the cluster, and has no result. Scan the image itself: trivy image`;

/** Continues "the report says that ". Errors can be long. */
const MAX_ERROR = 150;

const sum = (numbers: readonly number[]) => numbers.reduce((total, number) => total + number, 0);

/** How many packages were scanned. Reports without lists of packages do not tell. */
function packagesIn(parts: readonly Part[]): number | undefined {
  const scanned = parts.filter(({ result }) => isOfPackages(result));
  if (!scanned.some(({ result }) => Array.isArray(result.Packages))) return undefined;
  return sum(scanned.map(({ result }) => packagesOf(result).length));
}

/** Whose packages were scanned. `--pkg-types` leaves out some, and a report of a cluster other resources. */
const partsOf = ({ parts, resources = [] }: Scan): string[] => {
  const scanned = parts.filter(({ result }) => isOfPackages(result));
  // The target of a system is the image with its tag. Of others it is a file, which a later scan may leave out.
  const own = scanned.map(({ result: { Class, Type, Target } }) =>
    Class === 'os-pkgs' ? (Type ?? Class) : `${Type ?? Class} ${Target ?? ''}`,
  );
  return [...own, ...resources];
};

/** How many checks ran, if all results tell. */
function checksIn(parts: readonly Part[]): number | undefined {
  const counts: number[] = [];
  for (const { result } of parts) {
    if (CLASSES.get(result.Class ?? '') !== 'misconfiguration') continue;
    const { Successes, Failures, Exceptions } = result.MisconfSummary ?? {};
    if (typeof Successes !== 'number' || typeof Failures !== 'number') return undefined;
    counts.push(Successes, Failures, Exceptions ?? 0);
  }
  return counts.length > 0 ? sum(counts) : undefined;
}

/** A report that lists findings has looked at something, whatever it counts. */
function lookedAt(what: FindingType, parts: readonly Part[], found: boolean): number | undefined {
  const count =
    what === 'vulnerability'
      ? packagesIn(parts)
      : what === 'misconfiguration'
        ? checksIn(parts)
        : undefined;
  return found && count === 0 ? undefined : count;
}

/**
 * What a report covers: the classes of its results, and the types of its findings. A scanner without anything to report
 * writes no result, so its silence is not a clean scan.
 */
export function coverageOf(
  scan: Scan,
  types: Iterable<FindingType>,
  of: readonly Target[],
): Coverage[] {
  const { parts, failures, incomplete, empty, time } = scan;
  const found = new Set(types);
  const shown = new Set(found);
  for (const { result } of parts) {
    const type = CLASSES.get(result.Class ?? '');
    if (type) shown.add(type);
  }
  const together = scan.imagesTogether ?? [];
  const about = {
    of,
    ...time,
    ...(together.length > 0 && { extent: imagesExtent(undefined, together) }),
  };
  const [failure] = failures;
  if (failure !== undefined) {
    const others = failures.length > 1 ? `, and ${failures.length - 1} more` : '';
    const reason = `the report says that the scan of a resource failed: ${failure.slice(0, MAX_ERROR)}${others}`;
    shown.add('vulnerability');
    return [...shown].sort().map((what) => failed(what, reason, about));
  }
  const unread = unreadSuppression(parts.map(({ result }) => result));
  if (unread) {
    shown.add('vulnerability');
    return [...shown].sort().map((what) => failed(what, unread, about));
  }
  if (shown.size === 0) {
    // Not unknown: the word of the uploader must not complete it.
    if (incomplete) return [failed('vulnerability', incomplete, about)];
    if (empty) return [failed('vulnerability', NO_RESOURCE, about)];
    if (of.length === 0) return [failed('vulnerability', UNNAMED, about)];
    return [uncovered('vulnerability', NO_RESULT, { ...about, lookedAt: 0 })];
  }
  const unlisted = missingFailures(parts) ?? hiddenExceptions(parts);
  const unchecked = missingSummary(parts);
  const unscanned = unscannedSystem(scan);
  return [...shown].sort().map((what) => {
    // Not unknown: the word of the uploader must not complete it.
    if (incomplete) return failed(what, incomplete, about);
    if (what === 'misconfiguration' && unlisted) return failed(what, unlisted, about);
    if (what === 'misconfiguration' && unchecked) return uncovered(what, unchecked, about);
    if (what === 'vulnerability' && unscanned) return failed(what, unscanned, about);
    if (what === 'vulnerability' && scan.unseenImage !== undefined)
      return uncovered(what, unseenImage(scan.unseenImage), about);
    const looked = lookedAt(what, scan.parts, found.has(what));
    const parts = what === 'vulnerability' ? extentOf(partsOf(scan)) : undefined;
    const extent = imagesExtent(parts, together);
    const caveat = what === 'vulnerability' ? caveatOf(scan) : undefined;
    return covered(what, {
      ...about,
      ...(looked !== undefined && { lookedAt: looked }),
      ...(extent !== undefined && { extent }),
      ...(caveat !== undefined && { caveat }),
    });
  });
}

/** The licence scanner writes a result for each list of packages with licences. */
function licencesMissing(parts: readonly Part[], hasPackages: boolean) {
  if (!hasPackages) return { licence: NO_PACKAGES };
  return hasPackageLicences(parts) ? { licence: NO_LICENCE_SCAN } : {};
}

/**
 * Why Trivy looked at nothing for a type of findings. It writes a result for each list of packages and each
 * configuration that it finds, also if that is clean. Of files without a secret it writes none.
 */
export function nothingFor({ parts }: Scan): Partial<Record<FindingType, string>> {
  const shown = new Set(parts.map(({ result }) => CLASSES.get(result.Class ?? '')));
  return {
    ...(!shown.has('vulnerability') && { vulnerability: NO_PACKAGES }),
    ...(!shown.has('licence') && licencesMissing(parts, shown.has('vulnerability'))),
    ...(!shown.has('misconfiguration') && { misconfiguration: NO_FILES }),
  };
}
