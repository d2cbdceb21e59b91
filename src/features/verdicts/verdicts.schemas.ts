import { type Static, Type } from '@sinclair/typebox';
import { queryById, queryByPosition } from '../../contract/page.js';
import {
  defaulted,
  nullableString,
  nullableTimestamp,
  parameter,
  projectId,
  type ReadOnly,
  schemaRef,
  sha256,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { queryByTime } from '../../contract/time-range.js';
import { APPROVAL_STATES, MODES, type VerdictInputs } from '../../engine/index.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { assertion, deniedVerdict } from './verdicts.examples.js';

export const environmentName = Type.String({
  pattern: '^[a-z][a-z0-9-]{0,62}$',
  'x-rule': 'must be the name of an environment',
  examples: ['production'],
});

const NamedDefect = Type.Object({
  fingerprint: Type.String(),
  type: stringEnum(FINDING_TYPES),
  severity: stringEnum(SEVERITIES),
  rule: Type.String(),
  title: nullableString(),
  purl: nullableString(),
  packageName: nullableString(),
  packageVersion: nullableString(),
  fixedVersion: nullableString(),
  location: nullableString(),
});

const RuleResult = Type.Object({
  policy: nullableString({
    description: 'Policy of the rule. null for a rule that applies without a policy',
  }),
  policyVersion: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  rule: Type.String(),
  mode: stringEnum(MODES),
  status: stringEnum(['pass', 'fail', 'not-evidenced', 'error'], {
    description: [
      'Result of the rule. `not-evidenced`: no evidence that counts could show a pass.',
      '`error`: the rule could not be evaluated',
    ].join(' '),
  }),
  denies: Type.Boolean(),
  message: Type.String({ description: 'What was found, what is allowed, and what to do' }),
  evidence: Type.Array(uuid(), { description: 'Evidence that the rule evaluated' }),
  findings: Type.Array(NamedDefect, { description: 'Defects that the message is about' }),
  waivers: Type.Array(uuid(), { description: 'Waivers that the rule applied' }),
  overridden: Type.Optional(
    Type.Boolean({ description: 'true: it denies, and a break-glass passes it. Otherwise absent' }),
  ),
  approvals: Type.Optional(
    Type.Array(
      Type.Object({
        id: uuid(),
        person: Type.String(),
        state: stringEnum(APPROVAL_STATES, {
          description: [
            '`void`: the risk is worse than what the person saw. `not-counted`: it holds, and the rule does not count it.',
            '`rejects`: a rejection that counts',
          ].join(' '),
        }),
        because: Type.Array(Type.String(), { description: 'Why it does not count' }),
      }),
      { description: 'Of a rule that asks for approvals: what it says of each' },
    ),
  ),
});

/** Why the gate is asked. */
const intent = defaulted(
  stringEnum(['ordinary', 'rollback'], {
    default: 'ordinary',
    description: [
      '`rollback`: the release passes windows, approvals, and stops that allow rollbacks, if it ran in the environment with',
      'authorization within 90 days, before what runs now, and has not failed there since. What runs now can come back, too,',
      'if another deployment was started or failed since. All other rules apply.',
      'The verdict does not hold for ordinary questions',
    ].join(' '),
  }),
);

/** A rule and its result, for the schemas of other features. */
export { RuleResult };

const fields = {
  id: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Id of the stored verdict. null after `dryRun`, or if the rules timed out',
  }),
  releaseId: uuid(),
  projectId: Type.Integer(),
  environment: Type.String(),
  decision: stringEnum(['allow', 'deny']),
  breakGlass: Type.Optional(
    Type.Boolean({
      description:
        'true: the glass is broken for the release in the environment, and only that is the reason for `allow` ' +
        'if `overrides` is not empty. Otherwise absent',
    }),
  ),
  overrides: Type.Optional(
    Type.Array(Type.String(), {
      description:
        'With `breakGlass`: one line for each denial that it passes, rejections by people first. Otherwise absent',
    }),
  ),
  inputsHash: Type.String({
    description: 'SHA-256 of the inputs. Equal inputs have equal hashes',
  }),
  results: Type.Array(RuleResult, { description: 'Result of each rule' }),
  evaluatedAt: timestamp('Time of the first decision on these inputs'),
  createdBy: Type.String({ description: 'Caller whose question led to the first decision' }),
  verdictHash: Type.String({
    description: 'SHA-256 of release, environment, inputsHash, engine, decision and results',
  }),
  decidedAt: nullableTimestamp(
    'Time since when the verdict holds for the release and environment. null if it does not hold',
  ),
  decidedBy: nullableString({
    description: 'Caller whose question let the verdict hold. null if it does not hold',
  }),
  askedAt: Type.Optional(
    timestamp('Time of this question: the state that was evaluated. Only in the answer to it'),
  ),
  askedBy: Type.Optional(Type.String({ description: 'Caller of this question' })),
  validUntil: Type.Optional(
    nullableTimestamp(
      'Next moment at which a limit passes: a window opens or closes, a waiver expires, evidence becomes too old. ' +
        'null: none is known. Only in the answer to a question',
    ),
  ),
  opensAt: Type.Optional(
    nullableTimestamp(
      'When the windows of the environment let ordinary releases pass. null: now, or no such time is known. ' +
        'Only in the answer to a question',
    ),
  ),
  closesAt: Type.Optional(
    nullableTimestamp(
      'Until when the windows of the environment let ordinary releases pass. null: not now, or no end is known. ' +
        'Only in the answer to a question',
    ),
  ),
};

export const Verdict = Type.Object(fields, {
  $id: 'Verdict',
  description: 'Whether a release may go to an environment, and why',
  examples: [deniedVerdict],
});

export const StoredVerdict = Type.Object(
  {
    ...fields,
    engine: Type.Integer({ description: 'Version of the engine that decided' }),
    inputs: Type.Unsafe<VerdictInputs>({
      type: 'object',
      additionalProperties: true,
      description: [
        'Everything that the decision depends on: release, environment, artifacts, evidence, policies, waivers',
        'and the release that runs in the environment',
      ].join(' '),
    }),
  },
  {
    $id: 'StoredVerdict',
    description: 'A verdict with its inputs',
    examples: [{ ...deniedVerdict, engine: 5, inputs: { environment: 'production' } }],
  },
);

export const VerdictRef = schemaRef(Verdict);

export const CreateVerdict = Type.Object(
  {
    environment: environmentName,
    dryRun: defaulted(
      Type.Boolean({ default: false, description: 'Decide without storing the verdict' }),
    ),
    intent,
    asOf: Type.Optional(
      Type.String({
        format: 'date-time',
        maxLength: 40,
        description:
          'Decide as if it were this time, at most 366 days from now, with all else unchanged. Needs `dryRun`',
      }),
    ),
    policyVersions: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
        Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
        {
          additionalProperties: false,
          maxProperties: 20,
          description:
            'Versions of policies to evaluate instead of those that guard the environment. Needs `dryRun`',
        },
      ),
    ),
  },
  {
    $id: 'CreateVerdict',
    additionalProperties: false,
    examples: [{ environment: 'production' }],
  },
);

/** The address that people open. */
const page = Type.Optional(
  Type.String({
    description:
      'Address of the page of the release: the only one, or the first that is denied. Absent without `PUBLIC_URL`',
  }),
);

export const Assertion = Type.Object(
  {
    decision: stringEnum(['allow']),
    environment: Type.String(),
    page,
    breakGlass: Type.Optional(
      Type.Boolean({ description: 'true: a break-glass lets a release pass. Otherwise absent' }),
    ),
    overrides: Type.Optional(
      Type.Array(Type.String(), {
        description: 'With `breakGlass`: the version, the rule and its message, for each denial',
      }),
    ),
    verdicts: Type.Array(VerdictRef),
  },
  {
    $id: 'Assertion',
    description: 'The release may go to the environment, with the verdict of each release',
    examples: [assertion],
  },
);

const DenialMembers = Type.Object({
  decision: stringEnum(['deny']),
  environment: Type.String(),
  reasons: Type.Array(Type.String(), {
    description: [
      'One line for each rule that denies: the version, the rule and its message.',
      'If the releases are of several projects, each line begins with the name of the project',
    ].join(' '),
  }),
  nextSteps: Type.Array(Type.String(), {
    description:
      'What to do about the reasons. No text of a document or of another caller is in it',
  }),
  page,
  verdicts: Type.Array(VerdictRef),
});

export const Denial = Type.Intersect([Type.Ref('Problem'), DenialMembers], {
  $id: 'Denial',
  description: 'The release may not go to the environment: a problem with the reasons and verdicts',
});

export const AssertQuery = Type.Object(
  {
    environment: environmentName,
    release: Type.Optional(uuid('Id of the release. Give either this or `sha256`')),
    sha256: parameter(
      sha256(''),
      'SHA-256 of an artifact. Each of its releases must be allowed. Give either this or `release`',
    ),
    project: parameter(
      projectId,
      [
        'Project of the releases. Releases of other projects then do not matter.',
        'Without it, every project that has registered the artifact must be allowed',
      ].join(' '),
    ),
    intent,
  },
  { additionalProperties: false },
);

export const SummaryQuery = Type.Object(
  { environment: environmentName, intent },
  { additionalProperties: false },
);

const decision = Type.Optional(
  stringEnum(['allow', 'deny'], { description: 'Decision of the verdicts' }),
);
const byTime = queryByTime('The time is `evaluatedAt`');

export const ListVerdictsQuery = Type.Object(
  {
    ...queryById,
    environment: parameter(environmentName, 'Environment of the verdicts'),
    decision,
    ...byTime,
  },
  { additionalProperties: false },
);

export const SearchVerdictsQuery = Type.Object(
  {
    ...queryByPosition,
    project: parameter(projectId, 'Project of the verdicts'),
    environment: parameter(environmentName, 'Environment of the verdicts'),
    decision,
    ...byTime,
  },
  { additionalProperties: false },
);

export const VerdictParams = Type.Object({ id: uuid() });

export const StoredVerdictRef = schemaRef(StoredVerdict);
export const CreateVerdictRef = schemaRef(CreateVerdict);
export const AssertionRef = schemaRef(Assertion);

export type Verdict = ReadOnly<Static<typeof Verdict>>;
export type StoredVerdict = ReadOnly<Static<typeof StoredVerdict>>;
export type DenialMembers = ReadOnly<Static<typeof DenialMembers>>;
export type CreateVerdict = Static<typeof CreateVerdict>;
export type SummaryQuery = Static<typeof SummaryQuery>;
export type AssertQuery = Static<typeof AssertQuery>;
export type ListVerdictsQuery = Static<typeof ListVerdictsQuery>;
export type SearchVerdictsQuery = Static<typeof SearchVerdictsQuery>;
