import { type Static, Type } from '@sinclair/typebox';
import semver from 'semver';
import { shown } from './common/text.js';
import type { Outcome, Rule, RuleInput } from './rule.js';

const parameters = Type.Object({}, { additionalProperties: false });

type Parameters = Static<typeof parameters>;

const fail = (message: string): Outcome => ({ status: 'fail', message });

function evaluate(_parameters: Parameters, { release, running }: RuleInput): Outcome {
  const own = semver.parse(release.version);
  const version = shown(release.version);
  if (!own) {
    return fail(
      `${version} is no SemVer, so nobody can tell whether it is newer. Give the release a version such as 1.4.0 or v1.4.0`,
    );
  }
  if (!running) {
    return { status: 'pass', message: `${version} is a SemVer, and nothing is known to run there` };
  }
  // A version names one release of its project.
  if (release.version === running.version) {
    return { status: 'pass', message: `${version} is what runs there already` };
  }
  const before = semver.parse(running.version);
  const there = shown(running.version);
  if (!before) {
    return fail(
      `${there} runs there and is no SemVer, so nobody can tell whether ${version} is newer. Once a deployment of a SemVer is recorded there, this is decided again`,
    );
  }
  if (own.compare(before) > 0) {
    return { status: 'pass', message: `${version} is newer than ${there}, which runs there` };
  }
  return fail(
    `${version} is not newer than ${there}, which runs there. Make a release with a higher version (SemVer 2.0.0, section 11: what follows a + does not count)`,
  );
}

/**
 * SemVer 2.0.0, strictly, but for a `v` in front, which is what tags have. Releases of equal rank (1.0.0 and 1.0.0+b) are not newer
 * than each other; a release is always allowed where it runs already.
 */
export const semverIncreases: Rule<Parameters> = {
  name: 'semver-increases',
  summary: 'The version is a SemVer, and higher than that of the release that runs there',
  parameters,
  example: {},
  evaluate,
};
