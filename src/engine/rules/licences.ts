import { type Static, Type } from '@sinclair/typebox';
import { defaulted, line, stringEnum } from '../../contract/schemas.js';
import { counted } from '../../shared/text.js';
import { areOfSubject, NOT_STORED, OF_SUBJECT } from '../../vocabulary/licence-names.js';
import { namesNote, noArtifactsNote } from './common/cover-notes.js';
import { idsOf, missing, reporting, showing } from './common/evidence.js';
import { needed, RuleFault } from './common/fault.js';
import { FirstNamed } from './common/first-named.js';
import { faultOfDenied, faultOfEntry } from './common/licence-entries.js';
import { licenceLists } from './common/licence-lists.js';
import { unreadScansNote } from './common/licence-scans.js';
import { scopeParameter } from './common/scope.js';
import { joined, shown } from './common/text.js';
import type { ComponentInput, Components, Outcome, Rule, RuleInput } from './rule.js';

/** Maximum number of components that a message names. */
const NAMED = 10;

/** Advice for findings, of which a new scan decides. */
const OF_FINDINGS = 'To accept a licence that a scanner reports, request a waiver: POST /waivers';

const ADVICE = [
  'Replace them and make a new release of the corrected commit, or correct their licences in the SBOM and upload it with the same label',
  'To accept a licence, add a version of the policy: POST /policies/{name}/versions',
].join('. ');

const list = (description: string, examples: string[]) =>
  Type.Optional(
    Type.Array(
      line(
        200,
        'An SPDX id in any case, optionally with `+` or `WITH`; a family such as `AGPL-*`; `LicenseRef-…`; or a name of several words',
      ),
      {
        minItems: 1,
        maxItems: 500,
        uniqueItems: true,
        description,
        examples: [examples],
      },
    ),
  );

const parameters = Type.Object(
  {
    allow: list(
      'The only allowed licences. If absent, every licence that SPDX lists is allowed unless `deny` names it',
      ['MIT', 'Apache-2.0', 'GPL-2.0-only WITH Classpath-exception-2.0'],
    ),
    deny: list(
      [
        'Licences that are not allowed, even if `allow` names them.',
        '`AGPL-3.0-or-later` means that version and later ones, `AGPL-*` all of them',
      ].join(' '),
      ['AGPL-*'],
    ),
    scope: scopeParameter,
    unknown: defaulted(
      stringEnum(['deny', 'allow'] as const, {
        default: 'deny',
        description:
          'What to do with components without a licence, and with names that neither SPDX nor a list contains',
      }),
    ),
  },
  {
    additionalProperties: false,
    description: [
      'In an expression with alternatives (`MIT OR GPL-3.0-only`), one allowed licence is enough.',
      'Licences joined with AND must all be allowed, and so must several licences of one component.',
      'An id with a different exception (`WITH`) is a different licence.',
      'Names are compared as a whole, and case is ignored',
    ].join(' '),
    anyOf: [{ required: ['allow'] }, { required: ['deny'] }],
  },
);

type Parameters = Static<typeof parameters>;

function describe({ name, version, purl, licences, finding }: ComponentInput): string {
  const what = purl ?? (version === null ? name : `${name}@${version}`);
  const stated = licences.filter((one) => one !== OF_SUBJECT);
  const subject = areOfSubject(licences) ? ', the subject of the SBOM' : '';
  const whose = finding ? ', as a scanner reports' : subject;
  return `${shown(what)}${whose} (${stated.length === 0 ? 'no licence' : shown(stated.join(' and '))})`;
}

/** What tools write if they know no licence. It says nothing about that of a component in an SBOM. */
const SAYS_NOTHING =
  /^(?:(?:spdx|license|licence)[ _-]?)?(?:unknown|none|noassertion|undefined|null|n\/a)?$/i;

/** Rules of findings are cut at this length, and a licence that is cut may be a denied one. */
const CUT = 500;

/** Snyk writes `(MIT_OR_GPL-3.0)`. */
const asExpression = (text: string) => text.replaceAll(/_(AND|OR|WITH)_/g, ' $1 ');

/** A licence that a scanner reports is judged as one that an SBOM states, because no other document may state it. */
function ofScanner({ licences }: ComponentInput, standing: ReturnType<typeof licenceLists>) {
  if (licences.some(({ length }) => length >= CUT)) return 'denied';
  const says = licences.filter((one) => !SAYS_NOTHING.test(one.trim()));
  return says.length === 0 ? 'allowed' : standing(says.map(asExpression));
}

/** @returns the components that the lists do not allow, as a message names them */
function judge(parameters: Parameters, input: RuleInput, components: Components) {
  const standing = licenceLists(parameters.allow, parameters.deny);
  const denied = new FirstNamed(NAMED);
  const unknown = new FirstNamed(NAMED);
  const waived = new Map(input.defects.waived.map((one) => [one.fingerprint, one.waivers]));
  const waivers = new Set<string>();
  let subjects = 0;
  let scanned = 0;
  let refused = 0;
  for (const component of components) {
    input.checkTime();
    if (component.finding) {
      scanned += 1;
      const found = ofScanner(component, standing);
      if (found === 'allowed') continue;
      const cover = waived.get(component.finding);
      for (const id of cover ?? []) waivers.add(id);
      if (cover === undefined) {
        refused += 1;
        (found === 'denied' ? denied : unknown).add(describe(component));
      }
      continue;
    }
    if (areOfSubject(component.licences)) subjects += 1;
    // What is not stored may be denied, so that `unknown: allow` does not cover it.
    const isCut = component.licences.includes(NOT_STORED);
    const found = isCut ? 'denied' : standing(component.licences);
    if (found === 'denied') denied.add(describe(component));
    if (found === 'unknown') unknown.add(describe(component));
  }
  const number = components.length - subjects - scanned;
  const all = [
    counted(number, 'component'),
    ...(scanned > 0 ? [`${counted(scanned, 'licence')} that scanners report`] : []),
  ].join(' and ');
  return { denied, unknown, refused, waivers: [...waivers], all, number: number + scanned };
}

const have = ({ count }: FirstNamed) => (count === 1 ? 'has' : 'have');

/** A list that denies several licences at once, or none, must not pass as one that denies something. */
function faultOfOne(entry: string): string | undefined {
  if (/(?:^|\s)(?:AND|OR)(?:\s|$)/i.test(entry)) {
    return `${shown(entry)} in \`deny\` is not a single licence. List each licence separately`;
  }
  return faultOfEntry(entry);
}

/** @throws {RuleFault} if an entry is not a licence that SPDX knows */
function check({ allow = [], deny = [] }: Parameters): void {
  const faults = [...allow.map(faultOfEntry), ...deny.map(faultOfDenied)];
  const fault = faults.find((one) => one !== undefined);
  if (fault !== undefined) throw new RuleFault(fault);
}

function evaluate(parameters: Parameters, input: RuleInput): Outcome {
  if (!parameters.allow && !parameters.deny) {
    throw new RuleFault('The rule needs `allow` or `deny`');
  }
  const [fault] = (parameters.deny ?? []).flatMap((entry) => faultOfOne(entry) ?? []);
  if (fault !== undefined) throw new RuleFault(`${fault}. It would deny nothing`);
  const unseen = missing(input, ['components'], parameters.scope);
  if (unseen) return { status: 'not-evidenced', message: `${unseen}${unreadScansNote(input)}` };
  const sboms = showing(input, 'components');
  const evidence = idsOf([...new Set([...sboms, ...reporting(input, ['licence'])])]);
  const components = needed(input.components, 'the components');
  const { denied, unknown, refused, waivers, all, number } = judge(parameters, input, components);
  const isUnknownDenied = unknown.count > 0 && parameters.unknown === 'deny';
  if (denied.count === 0 && !isUnknownDenied) {
    const allowed = number - unknown.count;
    const rest = [
      `: ${allowed} with allowed licences`,
      `${unknown.count} without a known licence, which the policy allows`,
    ].join(', ');
    return {
      status: 'pass',
      message: [
        `${all}${unknown.count > 0 ? rest : ', all with allowed licences'}`,
        parameters.scope === 'artifacts' ? noArtifactsNote(input.artifacts) : '',
        namesNote(sboms, input.artifacts),
        unreadScansNote(input),
      ].join(''),
      evidence,
      ...(waivers.length > 0 && { waivers }),
    };
  }
  const counts = [
    ...(denied.count > 0 ? [`${denied.count} ${have(denied)} licences that are not allowed`] : []),
    ...(isUnknownDenied ? [`${unknown.count} ${have(unknown)} no known licence`] : []),
  ];
  const named = denied.text(isUnknownDenied ? unknown : undefined);
  return {
    status: 'fail',
    message: `Of ${all}, ${joined(counts)}: ${named}. ${ADVICE}${refused > 0 ? `. ${OF_FINDINGS}` : ''}`,
    evidence,
    ...(waivers.length > 0 && { waivers }),
  };
}

/** Judges the licences that SBOMs contain. */
export const licences: Rule<Parameters> = {
  name: 'licences',
  summary: 'All components have allowed licences',
  parameters,
  example: { allow: ['MIT', 'ISC', 'Apache-2.0', 'BSD-3-Clause'], unknown: 'deny' },
  check,
  needs: () => ({ components: true }),
  evaluate,
};
