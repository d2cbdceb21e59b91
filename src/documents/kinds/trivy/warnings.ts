import { counted } from '../../../shared/text.js';
import type { Note } from '../../kind.js';
import { CLASSES, isOfPackages } from './classes.js';
import type { Part } from './entries.js';
import type { Scan } from './scan.js';
import { systemOf } from './system.js';

function classWarning({ result, pointer }: Part): Note[] {
  const { Class } = result;
  if (Class && CLASSES.has(Class)) return [];
  const message = Class
    ? 'is not a class of results that is read. It counts as evidence of nothing'
    : 'is missing. It would say what the result is about';
  return [{ message, pointer: `${pointer}/Class` }];
}

/** Policies of older versions of Trivy may except checks, and their results are usually not listed. */
function exceptionWarning({ result, pointer }: Part): Note[] {
  const counted = result.MisconfSummary?.Exceptions ?? 0;
  const listed = (result.Misconfigurations ?? []).filter(({ Status }) => Status === 'EXCEPTION');
  if (counted <= listed.length) return [];
  const message =
    `${counted} failed checks are excepted by a policy, and ${listed.length} of them are listed. ` +
    'Scan with --include-non-failures';
  return [{ message, pointer: `${pointer}/MisconfSummary/Exceptions` }];
}

function systemWarnings({ document }: Scan): Note[] {
  if (systemOf(document).EOSL !== true) return [];
  const message =
    'the operating system is past its end of life: newer vulnerabilities are not known';
  return [{ message, pointer: '/Metadata/OS/EOSL' }];
}

/**
 * A list of packages is written with every scanner, also if vulnerabilities were not looked for. Without such lists, a
 * result shows that they were.
 */
function scannerWarning({ parts }: Scan, found: boolean): Note[] {
  const scanned = parts.filter(({ result }) => isOfPackages(result));
  if (found || scanned.length === 0) return [];
  if (!scanned.every(({ result }) => (result.Packages?.length ?? 0) > 0)) return [];
  const message =
    'lists packages and no vulnerability. The report of a scan without the scanner `vuln` looks the same: check --scanners';
  return [{ message, pointer: scanned[0]?.pointer }];
}

/** Without a result, only the uploader's word for a scan for secrets counts: Trivy writes none for clean files. */
function emptyWarnings({ parts, unscanned = 0 }: Scan): Note[] {
  if (parts.length === 0)
    return [
      { message: 'The report has no result, so it does not show that there was anything to scan' },
    ];
  if (unscanned === 0) return [];
  return [{ message: `${counted(unscanned, 'resource')} without a result, and without an error` }];
}

/** @param found whether the report has vulnerabilities */
export const warningsOf = (scan: Scan, found: boolean): Note[] => [
  ...emptyWarnings(scan),
  ...systemWarnings(scan),
  ...scannerWarning(scan, found),
  ...scan.parts.flatMap(classWarning),
  ...scan.parts.flatMap(exceptionWarning),
];
