import type { Note } from '../../kind.js';
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

export function contradictionsIn(parts: readonly Part[]): Note[] {
  return parts.filter(short).map((part) => ({
    message: `counts ${part.result.MisconfSummary?.Failures} failed checks, and ${failedIn(part)} are listed`,
    pointer: `${part.pointer}/MisconfSummary/Failures`,
  }));
}
