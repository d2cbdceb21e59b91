import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import {
  defaulted,
  nullableString,
  parameter,
  projectId,
  type ReadOnly,
  schemaRef,
  sha256,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import { MODES, type VerdictInputs } from '../../engine/index.js';
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
  policy: nullableString({ description: 'null: no policy asks for it, every release must' }),
  policyVersion: Type.Unsafe<number | null>({ type: ['integer', 'null'] }),
  rule: Type.String(),
  mode: stringEnum(MODES),
  status: stringEnum(['pass', 'fail', 'not-evidenced', 'error'], {
    description:
      'not-evidenced: nothing that counts could have shown it. error: the rule could not be asked',
  }),
  denies: Type.Boolean(),
  message: Type.String({ description: 'What was found, what is allowed, and what to do' }),
  evidence: Type.Array(uuid(), { description: 'The evidence that it looked at' }),
  findings: Type.Array(NamedDefect, { description: 'The findings that it names' }),
  waivers: Type.Array(uuid(), { description: 'The waivers that it needed' }),
});

const fields = {
  id: Type.Unsafe<string | null>({
    type: ['string', 'null'],
    description: 'Where it is kept; null: it was only tried, or not done in time',
  }),
  releaseId: uuid(),
  projectId: Type.Integer(),
  environment: Type.String(),
  decision: stringEnum(['allow', 'deny']),
  inputsHash: Type.String({
    description: 'SHA-256 of everything that it was decided by: the same inputs, the same hash',
  }),
  results: Type.Array(RuleResult, { description: 'Of every rule' }),
  evaluatedAt: timestamp('When it was first decided by these inputs'),
  createdBy: Type.String(),
};

export const Verdict = Type.Object(fields, {
  $id: 'Verdict',
  description: 'Whether a release may go to an environment, and why',
  examples: [deniedVerdict],
});

export const StoredVerdict = Type.Object(
  {
    ...fields,
    engine: Type.Integer({ description: 'The version of the rules that decided' }),
    inputs: Type.Unsafe<VerdictInputs>({
      type: 'object',
      additionalProperties: true,
      description:
        'Everything that it was decided by: release, artifacts, evidence, policies, waivers, what runs there',
    }),
  },
  {
    $id: 'StoredVerdict',
    description: 'A verdict with its inputs',
    examples: [{ ...deniedVerdict, engine: 1, inputs: { environment: 'production' } }],
  },
);

export const VerdictRef = schemaRef(Verdict);

export const CreateVerdict = Type.Object(
  {
    environment: environmentName,
    dryRun: defaulted(
      Type.Boolean({ default: false, description: 'Only tried: nothing is stored' }),
    ),
    policyVersions: Type.Optional(
      Type.Record(
        Type.String({ pattern: '^[a-z][a-z0-9-]{0,62}$' }),
        Type.Integer({ minimum: 1, maximum: 2_147_483_647 }),
        {
          additionalProperties: false,
          maxProperties: 20,
          description:
            'With dryRun only: versions of policies to try instead of those that guard the environment',
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

export const Assertion = Type.Object(
  {
    decision: stringEnum(['allow']),
    environment: Type.String(),
    verdicts: Type.Array(VerdictRef),
  },
  {
    $id: 'Assertion',
    description: 'It may ship there',
    examples: [assertion],
  },
);

const DenialMembers = Type.Object({
  decision: stringEnum(['deny']),
  environment: Type.String(),
  reasons: Type.Array(Type.String(), {
    description: 'One line for each rule that denies: the version, the rule, and what to do',
  }),
  verdicts: Type.Array(VerdictRef),
});

export const Denial = Type.Intersect([Type.Ref('Problem'), DenialMembers], {
  $id: 'Denial',
  description: 'It may not ship there, and why: a problem with the verdicts',
});

export const AssertQuery = Type.Object(
  {
    environment: environmentName,
    release: Type.Optional(uuid('The release. Either this or `sha256`')),
    sha256: parameter(
      sha256(''),
      'An artifact: every release that it belongs to must be allowed. Either this or `release`',
    ),
    project: parameter(projectId, 'Only releases of this project'),
  },
  { additionalProperties: false },
);

export const ListVerdictsQuery = Type.Object(
  {
    ...queryById,
    environment: parameter(environmentName, 'Only for this environment'),
    decision: Type.Optional(stringEnum(['allow', 'deny'])),
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
export type AssertQuery = Static<typeof AssertQuery>;
export type ListVerdictsQuery = Static<typeof ListVerdictsQuery>;
