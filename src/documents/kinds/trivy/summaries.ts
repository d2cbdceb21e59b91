import type { Note } from '../../kind.js';
import { CLASSES } from './classes.js';
import type { Part } from './entries.js';

const failedIn = ({ result }: Part) =>
  (result.Misconfigurations ?? []).filter(({ Status }) => !Status || Status === 'FAIL').length;

/** Results that count more failed checks than they list: someone has cut the report. */
const short = (part: Part) => (part.result.MisconfSummary?.Failures ?? 0) > failedIn(part);

/** Continues "does not count: ". Undefined if all failed checks are listed. */
export function missingFailures(parts: readonly Part[]): string | undefined {
  return parts.some(short)
    ? 'it counts more failed checks than it lists. Upload the report as Trivy writes it, without a filter'
    : undefined;
}

/** What a file without any check looks like: `Failures` and `Successes` count each check that ran. */
const isUnchecked = ({ result }: Part) =>
  CLASSES.get(result.Class ?? '') === 'misconfiguration' &&
  (result.Misconfigurations ?? []).length === 0 &&
  !(
    typeof result.MisconfSummary?.Successes === 'number' &&
    typeof result.MisconfSummary.Failures === 'number'
  );

/** Continues "does not count: ". Undefined if each file with configuration shows that checks ran. */
export function missingSummary(parts: readonly Part[]): string | undefined {
  const part = parts.find(isUnchecked);
  return (
    part &&
    `its result for ${JSON.stringify((part.result.Target ?? '').slice(0, 100))} has no checks and no MisconfSummary, so it does not show that any check ran. Upload the report as Trivy writes it, without a filter`
  );
}

const LIST_ALL = 'Scan with --include-non-failures';

/**
 * Policies of older versions of Trivy may except checks, and their results are usually not listed. Continues "does not
 * count: ".
 */
export function hiddenExceptions(parts: readonly Part[]): string | undefined {
  for (const { result } of parts) {
    const counted = result.MisconfSummary?.Exceptions ?? 0;
    const listed = (result.Misconfigurations ?? []).filter(({ Status }) => Status === 'EXCEPTION');
    if (counted > listed.length)
      return `a policy excepts ${counted} failed checks, and ${listed.length} of them are listed. ${LIST_ALL}`;
  }
  return undefined;
}

export function contradictionsIn(parts: readonly Part[]): Note[] {
  return parts.filter(short).map((part) => ({
    message: `counts ${part.result.MisconfSummary?.Failures} failed checks, and ${failedIn(part)} are listed`,
    pointer: `${part.pointer}/MisconfSummary/Failures`,
  }));
}
