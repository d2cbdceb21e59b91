import { execFileSync } from 'node:child_process';
import semver from 'semver';
import type { RawCommit } from './notes.js';

/** @throws {Error} with what Git says */
function git(folder: string, ...args: string[]): string {
  return execFileSync('git', ['-C', folder, ...args], {
    encoding: 'utf8',
    maxBuffer: 256 * 1024 * 1024,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
}

/** The full hash that a tag, branch or hash names. An option cannot get in its place. */
export const commitOf = (folder: string, ref: string): string =>
  git(folder, 'rev-parse', '--verify', '--quiet', '--end-of-options', `${ref}^{commit}`).trim();

/** The newest version that is tagged `v1.2.3` in the history of a commit, by semver. Pre-releases do not count. */
export function lastTag(folder: string, commit: string): string | undefined {
  const tags = git(folder, 'tag', '--merged', commit, '--list', 'v*').split('\n');
  const released = tags.filter((tag) => semver.valid(tag) && !semver.prerelease(tag));
  return semver.rsort(released)[0];
}

/** The commits after `from` up to `to`, newest first, without merges. Both are hashes. */
export function commitsBetween(folder: string, from: string | undefined, to: string): RawCommit[] {
  const range = from === undefined ? to : `${from}..${to}`;
  // No message contains a zero byte.
  return git(folder, 'log', '--no-merges', '-z', '--format=%H%n%B', range)
    .split('\0')
    .filter((text) => text !== '')
    .map((text) => ({ hash: text.slice(0, 40), message: text.slice(41) }));
}

/** The date of a commit in UTC, as `2026-12-01`. */
export const dateOf = (folder: string, commit: string): string =>
  new Date(git(folder, 'show', '-s', '--format=%cI', commit).trim()).toISOString().slice(0, 10);

/** `version` of package.json as it is in a commit. undefined: the commit has no such file, or it names none. */
export function packageVersion(folder: string, commit: string): string | undefined {
  try {
    const { version } = JSON.parse(git(folder, 'show', `${commit}:package.json`));
    return semver.valid(version) ?? undefined;
  } catch {
    return undefined;
  }
}
