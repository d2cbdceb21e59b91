import { hash } from 'node:crypto';
import { type Coverage, type Target, withoutTag } from '../../vocabulary/coverage.js';
import type { ParsedDocument } from '../kind.js';
import { clean } from './columns.js';

/** Maximum number of stored entries. What is shown is found before the rest is cut. */
export const MAX_COVERAGE = 100;
/** Maximum number of targets of an entry, and of digests of a target. */
const MAX_TARGETS = 20;
const MAX_DIGESTS = 50;
/** A cluster runs many images, each with a manifest and an id. */
const MAX_CLUSTER_DIGESTS = 500;
/** Maximum number of names by which documents are compared. More become one digest. */
const MAX_NAMES = 200;

const DIGEST = /^sha256:[0-9a-f]{64}$/;

const digestsOf = (digests: readonly string[] | undefined, type: Target['type']) =>
  [...new Set((digests ?? []).map((digest) => digest.toLowerCase()))]
    .filter((digest) => DIGEST.test(digest))
    .slice(0, type === 'cluster' ? MAX_CLUSTER_DIGESTS : MAX_DIGESTS);

function storableTarget({ type, name, package: key, digests, otherDigests }: Target): Target {
  const [own, others] = [digestsOf(digests, type), digestsOf(otherDigests, type)];
  const cleaned = clean(name, 300);
  return {
    type,
    ...(cleaned && { name: cleaned }),
    ...(key && { package: clean(key, 1000) ?? '' }),
    ...(own.length > 0 && { digests: own }),
    ...(others.length > 0 && { otherDigests: others }),
  };
}

/** Bounds an entry, and leaves out what is not set. */
export function storableCoverage(coverage: Coverage): Coverage {
  const { what, ran, reason, caveat, of = [], declared } = coverage;
  const { lookedAt, extent, at, isLocal, unreadTime, database } = coverage;
  return {
    what,
    ran,
    ...(ran !== 'yes' && { reason: clean(reason, 300) || 'the document does not show it' }),
    ...(caveat !== undefined && { caveat: clean(caveat, 300) ?? '' }),
    ...(declared && { declared }),
    ...(of.length > 0 && { of: of.slice(0, MAX_TARGETS).map(storableTarget) }),
    ...(lookedAt !== undefined && { lookedAt }),
    ...(extent !== undefined && { extent: clean(extent, 300) ?? '' }),
    ...(at !== undefined && { at, ...(isLocal && { isLocal }) }),
    ...(unreadTime !== undefined && { unreadTime: clean(unreadTime, 100) || '?' }),
    ...(database !== undefined && { database }),
  };
}

/** A text of at most 300 characters, which differs where the names differ. */
function bounded(name: string): string {
  if (name.length <= 300) return clean(name, 300) ?? '';
  return `${clean(name, 200)} SHA-256 ${hash('sha256', name, 'hex')}`;
}

/** Names that any folder can have. */
const NOWHERE = /^[./\\]*$/;

/** The targets of a document, as tool, type and name without tag. Empty if it names none. */
export function targetsOf({ tool = '', coverage }: ParsedDocument): string[] {
  const names = new Set<string>();
  for (const { of = [] } of coverage) {
    for (const target of of) {
      const name = withoutTag(target);
      if (name && !NOWHERE.test(name)) names.add(bounded(`${tool} ${target.type} ${name}`));
    }
  }
  const sorted = [...names].sort();
  if (sorted.length <= MAX_NAMES) return sorted;
  return [`${sorted.length} targets, SHA-256 ${hash('sha256', JSON.stringify(sorted), 'hex')}`];
}
