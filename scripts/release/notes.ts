import { type Commit, CommitParser } from 'conventional-commits-parser';
import semver from 'semver';

/** What the next version must raise. `none`: nothing that users notice. */
export type Bump = 'major' | 'minor' | 'patch' | 'none';

/** One conventional commit. */
export interface Change {
  readonly type: string;
  readonly scope: string | undefined;
  readonly subject: string;
  /** What a client has to change, from `BREAKING CHANGE:`, or the subject if only `!` says so. */
  readonly breaking: readonly string[];
  /** Abbreviated hash. */
  readonly hash: string;
}

/** A commit of Git: its hash, and its whole message. */
export interface RawCommit {
  readonly hash: string;
  readonly message: string;
}

/** Headings by type, in the order of the notes. Other types are left out: users do not notice them. */
const GROUPS: readonly (readonly [type: string, heading: string])[] = [
  ['feat', 'Added'],
  ['fix', 'Fixed'],
  ['perf', 'Faster'],
  ['revert', 'Taken back'],
];

const parser = new CommitParser({
  headerPattern: /^(\w+)(?:\(([^()]*)\))?!?: (.+)$/,
  breakingHeaderPattern: /^(\w+)(?:\(([^()]*)\))?!: (.+)$/,
  headerCorrespondence: ['type', 'scope', 'subject'],
  noteKeywords: ['BREAKING CHANGE', 'BREAKING-CHANGE'],
});

function changeOf({ hash, message }: RawCommit): Change | undefined {
  if (message.trim() === '') return undefined;
  const { type, scope, subject, notes }: Commit = parser.parse(message);
  if (!type || !subject) return undefined;
  return {
    type: type.toLowerCase(),
    scope: scope ?? undefined,
    subject,
    breaking: notes.map(({ text }) => text.replace(/\s+/g, ' ').trim()),
    hash: hash.slice(0, 8),
  };
}

/** The conventional commits of a list, in its order, and how many others it has, such as merges. */
export function changesOf(commits: readonly RawCommit[]): { changes: Change[]; others: number } {
  const changes = commits.map(changeOf).filter((change) => change !== undefined);
  return { changes, others: commits.length - changes.length };
}

/** What a list of changes raises, from version 1 on. */
export function bumpOf(changes: readonly Change[]): Bump {
  if (changes.some(({ breaking }) => breaking.length > 0)) return 'major';
  if (changes.some(({ type }) => type === 'feat')) return 'minor';
  return changes.some(({ type }) => GROUPS.some(([known]) => known === type)) ? 'patch' : 'none';
}

/**
 * The version after `last`. Before 1.0.0, a breaking change raises the second number, and all else the third: semver
 * lets anything change there, and nobody reaches 1.0.0 by accident.
 * @param last undefined: there was no release, and `first` is the version
 * @returns undefined if there is nothing to release
 */
export function nextVersion(
  last: string | undefined,
  bump: Bump,
  first: string,
): string | undefined {
  if (bump === 'none') return undefined;
  if (last === undefined) return first;
  if (semver.major(last) > 0) return semver.inc(last, bump) ?? undefined;
  return semver.inc(last, bump === 'major' ? 'minor' : 'patch') ?? undefined;
}

/** Markdown reads no commit as a link, an image or HTML. */
const plain = (text: string) => text.replace(/[\\<>[\]!*_|]/g, (mark) => `\\${mark}`);

const line = ({ scope, subject, hash }: Change) =>
  `- ${scope ? `**${plain(scope)}**: ` : ''}${plain(subject)} (${hash})`;

const section = (heading: string, lines: readonly string[]) =>
  lines.length > 0 ? [`### ${heading}`, '', ...lines, ''] : [];

/** The notes of a version as Markdown, breaking changes first, then by type. */
export function notes(version: string, date: string, changes: readonly Change[]): string {
  const breaking = changes.flatMap(({ breaking: texts, hash }) =>
    texts.map((text) => `- ${plain(text)} (${hash})`),
  );
  return [
    `## ${version} (${date})`,
    '',
    ...section('Breaking changes', breaking),
    ...GROUPS.flatMap(([type, heading]) =>
      section(heading, changes.filter((change) => change.type === type).map(line)),
    ),
  ].join('\n');
}
