import { type Static, Type } from '@sinclair/typebox';
import semver from 'semver';
import { FIRST_BASE, nameOf, runsNote } from './common/base.js';
import { shown } from './common/text.js';
import type { Outcome, Rule, RuleInput } from './rule.js';

const parameters = Type.Object({}, { additionalProperties: false });

type Parameters = Static<typeof parameters>;

const fail = (message: string): Outcome => ({ status: 'fail', message });

function evaluate(_parameters: Parameters, input: RuleInput): Outcome {
  const { release, running, unauthorized, rollback } = input;
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
  // What runs without authorization allows nothing. It denies what is lower only if nothing better is known.
  const base = running ?? unauthorized;
  if (!base || (!running && release.version === base.version)) {
    const known = unauthorized ? 'authorized' : 'running';
    return {
      status: 'pass',
      message: `${version} is a SemVer version, and no ${known} release is known`,
    };
  }
  const there = running ? nameOf(running, input) : `${shown(base.version)}, which runs here`;
  const note = running ? runsNote(input) : ' without authorization';
  // Versions are unique within a project, so this is the running release itself.
  if (release.version === base.version) {
    return {
      status: 'pass',
      message: `${version} is the ${unauthorized ? 'last authorized' : 'running'} release${note}`,
    };
  }
  const before = semver.parse(base.version);
  if (!before) {
    return fail(
      [
        `${there}${running ? '' : note}, is not a SemVer version, so ${version} cannot be compared with it${running ? note : ''}`,
        'Request a waiver of this rule: POST /waivers',
        'Deploy the release, and record it: POST /environments/{name}/deployments',
      ].join('. '),
    );
  }
  if (own.compare(before) > 0) {
    return { status: 'pass', message: `${version} is newer than ${there}${note}` };
  }
  return fail(
    [
      `${version} is not newer than ${there}${note}`,
      'Register a release with a higher version. Build metadata after a + does not count',
      ...(running ? [] : [FIRST_BASE]),
    ].join('. '),
  );
}

/**
 * Parses SemVer 2.0.0 strictly, except that a leading `v` is allowed, because tags have it. Of versions with equal
 * precedence (section 11: 1.0.0 and 1.0.0+b), neither is newer. The running release itself is always allowed, and so is
 * a rollback. What runs without authorization is never the running release.
 */
export const semverIncreases: Rule<Parameters> = {
  name: 'semver-increases',
  summary: 'The version is a SemVer version, and higher than the version of the running release',
  parameters,
  example: {},
  outside: true,
  evaluate,
};
