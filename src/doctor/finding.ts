/** `unknown`: the command could not find out. It is never a yes, and only `fail` sets the exit code. */
export const STATUSES = ['ok', 'unknown', 'warn', 'fail'] as const;
export type Status = (typeof STATUSES)[number];

/** What one look found. */
export interface Finding {
  readonly status: Status;
  /** One clause, without secrets. */
  readonly found: string;
  /** A command or a setting. Absent if there is nothing to do. */
  readonly next?: string;
}

/** A finding of a named check, as `--json` has it. */
export interface Line {
  readonly check: string;
  readonly status: Status;
  readonly found: string;
  readonly next: string | null;
}

export const ok = (found: string): Finding => ({ status: 'ok', found });
export const warn = (found: string, next: string): Finding => ({ status: 'warn', found, next });
export const fail = (found: string, next: string): Finding => ({ status: 'fail', found, next });
export const unknown = (found: string, next?: string): Finding => ({
  status: 'unknown',
  found,
  ...(next !== undefined && { next }),
});

const rank = ({ status }: Finding) => STATUSES.indexOf(status);

/** One line of several findings: the worst status, the worst first, and the next step of the worst. */
export function lineOf(check: string, findings: readonly Finding[]): Line {
  const sorted = [...findings].sort((a, b) => rank(b) - rank(a));
  const [worst] = sorted;
  if (!worst) throw new Error(`the check ${check} found nothing`);
  const found = sorted.map((finding) => finding.found).join('; ');
  return { check, status: worst.status, found, next: worst.next ?? null };
}

/** The worst status of all lines. */
export const worstOf = (lines: readonly Line[]): Status =>
  STATUSES[Math.max(...lines.map(({ status }) => STATUSES.indexOf(status)))] ?? 'unknown';
