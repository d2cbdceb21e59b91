import { counted } from '../../../shared/text.js';
import type { Assumed, Note } from '../../kind.js';
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

function systemWarnings({ document }: Scan): Note[] {
  if (systemOf(document).EOSL !== true) return [];
  const message =
    'the operating system is past its end of life: newer vulnerabilities are not known';
  return [{ message, pointer: '/Metadata/OS/EOSL' }];
}

const LISTS_ONLY =
  'lists packages and no vulnerability. The report of a scan without the scanner `vuln` looks the same: check ' +
  '--scanners of trivy, and name all scanners that ran in the upload: ?scanners=';
const UNNAMED =
  'it lists packages and no vulnerability, as a scan without the scanner `vuln` does, and the upload names only other ' +
  'scanners. If `vuln` ran, upload it again and name all scanners that ran, such as ?scanners=vuln,secret';

/**
 * A list of packages is written with every scanner, also if vulnerabilities were not looked for. Without such lists, a
 * result shows that they were.
 * @param found whether the report has vulnerabilities
 */
export function assumedOf({ parts }: Scan, found: boolean): Assumed | undefined {
  const scanned = parts.filter(({ result }) => isOfPackages(result));
  if (found || scanned.length === 0) return undefined;
  if (!scanned.every(({ result }) => (result.Packages?.length ?? 0) > 0)) return undefined;
  const warning = { message: LISTS_ONLY, pointer: scanned[0]?.pointer };
  return { what: 'vulnerability', warning, reason: UNNAMED };
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

export const warningsOf = (scan: Scan): Note[] => [
  ...emptyWarnings(scan),
  ...systemWarnings(scan),
  ...scan.parts.flatMap(classWarning),
];
