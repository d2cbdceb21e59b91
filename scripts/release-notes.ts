import { parseArgs } from 'node:util';
import semver from 'semver';
import { commitOf, commitsBetween, dateOf, lastTag, packageVersion } from './release/history.js';
import { bumpOf, changesOf, nextVersion, notes } from './release/notes.js';

const USAGE = `usage: npm run -s release-notes -- [--from TAG] [--to REF] [--version-only] [--folder FOLDER]

Computes the next version from the conventional commits since the last tag, and prints its notes as Markdown.

  --from TAG      tag of the last release (default: the newest v1.2.3 in the history of REF)
  --to REF        last commit of the release (default: HEAD)
  --version-only  print only the version
  --folder FOLDER the repository (default: here)

Exit code: 0 printed; 1 nothing to release; 2 cannot tell.`;

function main(): number {
  const { values } = parseArgs({
    options: {
      from: { type: 'string' },
      to: { type: 'string', default: 'HEAD' },
      'version-only': { type: 'boolean', default: false },
      folder: { type: 'string', default: '.' },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    console.log(USAGE);
    return 0;
  }
  const { folder } = values;
  const to = commitOf(folder, values.to);
  const from = values.from ?? lastTag(folder, to);
  const last = from === undefined ? undefined : semver.valid(from);
  if (last === null) throw new Error(`--from must be a tag such as v1.2.3, not ${from}`);
  const since = from === undefined ? undefined : commitOf(folder, `refs/tags/${from}`);
  const { changes, others } = changesOf(commitsBetween(folder, since, to));
  if (others > 0) console.error(`release-notes: ${others} commits are not conventional`);
  const version = nextVersion(last, bumpOf(changes), packageVersion(folder, to) ?? '0.1.0');
  if (version === undefined) {
    console.error(`release-notes: nothing to release since ${from ?? 'the first commit'}`);
    return 1;
  }
  console.log(values['version-only'] ? version : notes(version, dateOf(folder, to), changes));
  return 0;
}

try {
  process.exitCode = main();
} catch (error) {
  const { message, stderr } = error as Error & { stderr?: string };
  console.error(`release-notes: ${(stderr || message).trim()}`);
  process.exitCode = 2;
}
