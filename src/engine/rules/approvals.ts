import { type Static, Type } from '@sinclair/typebox';
import { defaulted, line, stringEnum } from '../../contract/schemas.js';
import { counted } from '../../shared/text.js';
import type { ApprovalsCase, GivenApproval, JudgedApproval } from './common/approvals.js';
import { needed } from './common/fault.js';
import { firstOf, joined, shown } from './common/text.js';
import type { Outcome, Rule, RuleInput } from './rule.js';

/** Maximum number of approvals, and of changes of one, that a message names. */
const NAMED = 5;

const NOT_BY = ['triggered-by', 'authors', 'waiver-requester'] as const;

const groupsOf = (description: string) =>
  Type.Array(line(256, 'Name of a group'), {
    minItems: 1,
    maxItems: 20,
    uniqueItems: true,
    description,
  });

const parameters = Type.Object(
  {
    minimum: defaulted(
      Type.Integer({
        minimum: 1,
        maximum: 20,
        default: 1,
        description: 'Number of people who must approve. A person with several names counts once',
      }),
    ),
    groups: Type.Optional(
      groupsOf('Groups of people whose approvals and rejections count. If absent: of any person'),
    ),
    required: Type.Optional(
      groupsOf(
        'Groups of which at least one person each must approve. One person can be in several',
      ),
    ),
    notBy: Type.Optional(
      Type.Array(stringEnum(NOT_BY), {
        minItems: 1,
        maxItems: NOT_BY.length,
        uniqueItems: true,
        description: [
          'Whose approval does not count: who set the pipeline of the release off, who wrote its commits,',
          'who requested a waiver that takes effect. If that is not known, the rule denies',
        ].join(' '),
      }),
    ),
    maximumAgeDays: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 365,
        description: 'Days for which an approval counts. If absent: it does not age',
      }),
    ),
    onlyIf: Type.Optional(
      stringEnum(['new-findings', 'waivers'] as const, {
        description: [
          'Ask for approvals only if a rule counts findings that the running release does not have,',
          'or only if a waiver takes effect. If absent: always',
        ].join(' '),
      }),
    ),
  },
  { additionalProperties: false },
);

type Parameters = Static<typeof parameters>;

const quoted = (groups: readonly string[], word: 'and' | 'or') =>
  joined(
    groups.map((group) => shown(group, 100)),
    word,
  );

/** Groups whose members decide. Empty: any person does. */
const deciding = ({ groups = [], required = [] }: Parameters): string[] =>
  groups.length === 0 ? [] : [...new Set([...groups, ...required])];

const isMember = (given: GivenApproval, groups: readonly string[]) =>
  groups.length === 0 || given.groups.some((group) => groups.includes(group));

/** What must be known for `notBy` and is not. */
function unknowns({ notBy = [] }: Parameters, input: ApprovalsCase): string[] {
  const unknown = {
    'triggered-by': input.triggeredBy === null && 'who set the pipeline of the release off',
    authors: input.authors.length === 0 && 'who wrote its commits',
    'waiver-requester': input.requesters.includes(null) && 'who requested its waivers',
  };
  return notBy.flatMap((one) => unknown[one] || []);
}

function excluded({ notBy = [] }: Parameters, input: ApprovalsCase, { names }: GivenApproval) {
  const is = (other: string | null) => other !== null && names.includes(other);
  const roles = {
    'triggered-by': is(input.triggeredBy) && 'the person set the pipeline of the release off',
    authors: input.authors.some(is) && 'the person wrote its commits',
    'waiver-requester': input.requesters.some(is) && 'the person requested a waiver that it uses',
  };
  return notBy.flatMap((one) => roles[one] || []);
}

function judgeApproval(
  own: Parameters,
  input: ApprovalsCase,
  given: GivenApproval,
): JudgedApproval {
  const { id, person } = given;
  const { maximumAgeDays: days } = own;
  if (given.worse.length > 0) return { id, person, state: 'void', because: given.worse };
  const groups = deciding(own);
  const because = [
    ...(isMember(given, groups) ? [] : [`the person is not in ${quoted(groups, 'or')}`]),
    ...(days !== undefined && (given.olderThanDays ?? 0) >= days
      ? [`it is older than ${counted(days, 'day')}`]
      : []),
    ...excluded(own, input, given),
  ];
  return { id, person, state: because.length > 0 ? 'not-counted' : 'counts', because };
}

/** The number of people behind approvals: those that share a name are of one person. */
function people(approvals: readonly GivenApproval[]): number {
  const persons: Set<string>[] = [];
  for (const { names } of approvals) {
    const same = persons.filter((person) => names.some((name) => person.has(name)));
    const merged = new Set([...names, ...same.flatMap((person) => [...person])]);
    for (const person of same) persons.splice(persons.indexOf(person), 1);
    persons.push(merged);
  }
  return persons.length;
}

function why({ person, because }: JudgedApproval): string {
  return `that of ${shown(person)}: ${firstOf(because, NAMED)}`;
}

/** `. 1 approval is void: that of bob: CVE-… is new`, and those that do not count. */
function note(judged: readonly JudgedApproval[]): string {
  const part = (state: JudgedApproval['state'], one: string, many: string) => {
    const all = judged.filter((approval) => approval.state === state);
    if (all.length === 0) return '';
    const verb = all.length === 1 ? one : many;
    return `. ${counted(all.length, 'approval')} ${verb}: ${firstOf(all.map(why), NAMED)}`;
  };
  return `${part('void', 'is void', 'are void')}${part('not-counted', 'does not count', 'do not count')}`;
}

const call = (environment: string) =>
  [
    `Read GET /releases/{id}/decision-brief?environment=${shown(environment)}`,
    'and approve with its digest: POST /releases/{id}/approvals',
  ].join(' ');

/** The reason why the rule does not ask, if it does not. */
function notAsked({ onlyIf }: Parameters, input: ApprovalsCase): string | undefined {
  if (onlyIf === 'new-findings' && !input.hasNewFindings) {
    return 'No approval is needed: rules that count findings found none that is new';
  }
  if (onlyIf === 'waivers' && !input.usesWaivers) {
    return 'No approval is needed: no waiver takes effect';
  }
  return undefined;
}

function rejected(rejections: readonly GivenApproval[]): string {
  const names = rejections.map(({ person, groups }) => {
    const of = groups.length > 0 ? ` (${quoted(groups, 'and')})` : '';
    return `${shown(person)}${of}`;
  });
  return [
    `${firstOf(names, NAMED)} rejected the release`,
    'A rejection ends when its giver, or another member of the group, withdraws it: POST /approvals/{id}/withdraw',
  ].join('. ');
}

function evaluate(own: Parameters, all: RuleInput): Outcome {
  if (all.rollback) return { status: 'pass', message: 'A rollback asks for no approval' };
  const input = needed(all.approvals, 'the approvals');
  const { minimum, required = [] } = own;
  const skipped = notAsked(own, input);
  if (skipped) return { status: 'pass', message: skipped };
  const rejections = input.given.filter(
    (one) => one.decision === 'reject' && isMember(one, deciding(own)),
  );
  const approvals = input.given.filter(({ decision }) => decision === 'approve');
  const judged = approvals.map((given) => judgeApproval(own, input, given));
  const said = [
    ...rejections.map(({ id, person }) => ({
      ...{ id, person, because: [] },
      state: 'rejects' as const,
    })),
    ...judged,
  ];
  const fail = (message: string): Outcome => ({ status: 'fail', message, approvals: said });
  if (rejections.length > 0) return fail(rejected(rejections));
  const unknown = unknowns(own, input);
  if (unknown.length > 0) {
    return fail(
      [
        `It is not known ${joined(unknown)}, and the approval of that person must not count`,
        'Register releases from a pipeline whose issuer has an `actorClaim`, with their `authors`, and request waivers with a token',
      ].join('. '),
    );
  }
  const counting = approvals.filter((_given, at) => judged[at]?.state === 'counts');
  const got = people(counting);
  const without = required.filter((group) => !counting.some((one) => one.groups.includes(group)));
  const groups = deciding(own);
  const by = groups.length > 0 ? ` by people in ${quoted(groups, 'or')}` : '';
  const givers = counting.map(({ person }) => shown(person));
  const names = givers.length > 0 ? `: ${firstOf(givers, NAMED)}` : '';
  const found = `${got} of ${counted(minimum, 'approval')}${by}${names}`;
  if (got >= minimum && without.length === 0) {
    return { status: 'pass', message: `${found}${note(judged)}`, approvals: said };
  }
  const missing =
    without.length > 0 ? `. Still required: a person in ${quoted(without, 'and')}` : '';
  return fail(`${found}${missing}${note(judged)}. ${call(input.environment)}`);
}

/**
 * People approve what they saw. An approval holds while the risk is no worse than that: see `differences`. A rejection
 * does not age, and holds whatever changes.
 */
export const approvals: Rule<Parameters> = {
  name: 'approvals',
  summary:
    'Enough people approved the release for the environment, and the risk is no worse than what they saw',
  parameters,
  example: {
    minimum: 2,
    notBy: ['triggered-by', 'authors', 'waiver-requester'],
    maximumAgeDays: 14,
  },
  needs: ({ onlyIf }) => ({ approvals: true, newDefects: onlyIf === 'new-findings' }),
  asks: ({ minimum, groups = [], required = [], maximumAgeDays }) => ({
    ...{ minimum, groups, required },
    ...(maximumAgeDays !== undefined && { maximumAgeDays }),
  }),
  outside: true,
  waivable: false,
  evaluate,
};
