import type { Coverage } from '../../vocabulary/coverage.js';
import type { ParsedDocument, StatedCommit } from '../kind.js';

/** A Git id, also a short one, or one of a work tree with changes (`git describe --dirty`). */
const COMMIT = /^([0-9a-f]{7,64})(?:-dirty)?$/i;

const idOf = (text: string): string | undefined => COMMIT.exec(text.trim())?.[1]?.toLowerCase();

/** Whether a part of a document names commits, and none of them is this one. What is not a Git id names none. */
function isOther({ ids }: StatedCommit, commit: string): boolean {
  const known = ids.flatMap((id) => idOf(id) ?? []);
  return known.length > 0 && !known.some((id) => commit.startsWith(id));
}

const firstOf = ({ ids }: StatedCommit) => ids.flatMap((id) => idOf(id) ?? [])[0] ?? '';

const LABEL =
  'Set the label org.opencontainers.image.revision in the build of the image: without it, it is that of the base image';
const AGAIN = 'Scan the commit of the release';

/**
 * A report that says that it is about another commit is a scan of something else. The digest of an image decides before
 * its label, which can be that of its base image: then the verdict warns.
 * @param commit of the release, in full and in lower case
 */
export function withoutOtherCommit(parsed: ParsedDocument, commit: string): ParsedDocument {
  const { commits = [], coverage } = parsed;
  const others = commits.filter((one) => isOther(one, commit));
  const other = others.find(({ isSure }) => isSure) ?? others[0];
  if (!other) return parsed;
  const what = `is about the commit ${firstOf(other).slice(0, 12)}, and the release is of ${commit.slice(0, 12)}`;
  const advice = other.isLabel ? LABEL : AGAIN;
  const entry = (one: Coverage): Coverage => {
    if (!other.isSure) return { ...one, caveat: `${what}, by a label. ${LABEL}` };
    // What failed stays failed: no word of the uploader makes up for it.
    return one.ran === 'failed' ? one : { ...one, ran: 'unknown', reason: `it ${what}. ${advice}` };
  };
  const warning = { message: `The document ${what}` };
  return {
    ...parsed,
    coverage: coverage.map(entry),
    warnings: [warning, ...(parsed.warnings ?? [])],
  };
}
