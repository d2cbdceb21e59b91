import { type Static, Type } from '@sinclair/typebox';
import semver from 'semver';
import { shown } from './common/text.js';
import type { Outcome, Rule, RuleInput } from './rule.js';

const parameters = Type.Object({}, { additionalProperties: false });

type Parameters = Static<typeof parameters>;

const fail = (message: string): Outcome => ({ status: 'fail', message });

function evaluate(_parameters: Parameters, { release, running, rollback }: RuleInput): Outcome {
  const own = semver.parse(release.version);
  const version = shown(release.version);
  if (rollback) {
    return { status: 'pass', message: `${version} is a rollback to a release that ran here` };
  }
  if (!own) {
    return fail(
      [
        `${version} is not a SemVer version, which this rule requires`,
        'Register a release with a version such as 1.4.0 or v1.4.0',
      ].join('. '),
    );
  }
  if (!running) {
    return {
      status: 'pass',
      message: `${version} is a SemVer version, and no running release is known`,
    };
  }
  // Versions are unique within a project, so this is the running release itself.
  if (release.version === running.version) {
    return { status: 'pass', message: `${version} is the running release` };
  }
  const before = semver.parse(running.version);
  const there = shown(running.version);
  if (!before) {
    return fail(
      [
        `${there}, the running release, is not a SemVer version, so ${version} cannot be compared with it`,
        'Request a waiver of this rule: POST /waivers',
        'Deploy the release, and record it: POST /environments/{name}/deployments',
      ].join('. '),
    );
  }
  if (own.compare(before) > 0) {
    return { status: 'pass', message: `${version} is newer than ${there}, the running release` };
  }
  return fail(
    [
      `${version} is not newer than ${there}, the running release`,
      'Register a release with a higher version. Build metadata after a + does not count',
    ].join('. '),
  );
}

/**
 * Parses SemVer 2.0.0 strictly, except that a leading `v` is allowed, because tags have it. Of versions with equal
 * precedence (section 11: 1.0.0 and 1.0.0+b), neither is newer. The running release itself is always allowed, and so is
 * a rollback.
 */
export const semverIncreases: Rule<Parameters> = {
  name: 'semver-increases',
  summary: 'The version is a SemVer version, and higher than the version of the running release',
  parameters,
  example: {},
  outside: true,
  evaluate,
};
