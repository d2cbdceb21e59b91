import { isClean } from '../../../vocabulary/coverage.js';
import type { Shown } from '../../../vocabulary/finding-types.js';
import type { EvidenceInput } from '../rule.js';
import { evidenceName } from './cover-notes.js';
import { firstOf, shown } from './text.js';

/** Maximum number of caveats that a message names. */
const NAMED = 5;

/** `. Warning: trivy (image) says that …`, for what scans that count do not show. */
export function caveatNote(evidence: readonly EvidenceInput[], types: readonly Shown[]): string {
  const caveats = evidence.flatMap((one) =>
    one.coverage.flatMap((entry) =>
      types.includes(entry.what) && isClean(entry) && entry.caveat
        ? [`${evidenceName(one)} ${shown(entry.caveat, 300)}`]
        : [],
    ),
  );
  return caveats.length === 0 ? '' : `. Warning: ${firstOf([...new Set(caveats)], NAMED)}`;
}
