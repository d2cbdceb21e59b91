import { AppError } from './app-error.js';

/** The quotas, as their settings are called. */
export const QUOTAS = [
  'QUOTA_REPORTS_PER_RELEASE',
  'QUOTA_BYTES_PER_PROJECT',
  'QUOTA_ALIASES_PER_FINDING',
  'QUOTA_LICENCES_PER_COMPONENT',
  'QUOTA_KEPT_ANSWER_BYTES',
] as const;

export type Quota = (typeof QUOTAS)[number];

/** A request that would exceed a quota. */
export interface Exceeded {
  readonly quota: Quota;
  readonly maximum: number;
  /** What there would be with this request. */
  readonly wanted: number;
}

/** @param what continues "QUOTA_… allows 5 …": what is counted. @param next what the caller can do */
export function quotaExceeded({ quota, maximum, wanted }: Exceeded, what: string, next: string) {
  const counts = `${quota} allows ${maximum} ${what}, and this request needs ${wanted}`;
  return new AppError('quota-exceeded', `${counts}. ${next}`, {
    members: { quota, maximum, wanted },
  });
}
