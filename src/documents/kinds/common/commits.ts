import type { Target } from '../../../vocabulary/coverage.js';
import type { StatedCommit } from '../../kind.js';
import { stringOf } from './texts.js';

export const REVISION = 'org.opencontainers.image.revision';

/** The commit in a label of an image. A digest of a registry says better which image it is. */
export function commitOfLabel(label: unknown, image: Target | undefined): StatedCommit[] {
  const id = stringOf(label);
  if (id === undefined) return [];
  return [{ ids: [id], isLabel: true, isSure: (image?.digests ?? []).length === 0 }];
}
