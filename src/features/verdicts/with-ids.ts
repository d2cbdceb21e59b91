import type { RuleResult } from '../../engine/index.js';

/** What a denial is about, and the results that it has. */
export interface About {
  readonly releaseId: string;
  readonly projectId: number;
  readonly environment: string;
}

type Said = Pick<RuleResult, 'approvals'>;

/**
 * A message with the ids of what it is about, so that its calls can be copied. The results of a verdict keep the
 * message of the rule, because their hash is the same in every version of the server.
 *
 * Calls about one of several things keep `{id}`, such as about one of two rejections.
 */
export function withIds(message: string, about: About, said: Said = {}): string {
  const rejections = (said.approvals ?? []).filter(({ state }) => state === 'rejects');
  const [rejection] = rejections.length === 1 ? rejections : [];
  return message
    .replaceAll('/releases/{id}', `/releases/${about.releaseId}`)
    .replaceAll('/projects/{id}', `/projects/${about.projectId}`)
    .replaceAll('/environments/{name}', `/environments/${about.environment}`)
    .replaceAll('/approvals/{id}', `/approvals/${rejection?.id ?? '{id}'}`);
}
