import { type Static, Type } from '@sinclair/typebox';
import { queryById } from '../../contract/page.js';
import { resourceName } from '../../contract/resource-name.js';
import {
  defaulted,
  nullableString,
  schemaRef,
  TEXT_PATTERN,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import type { PolicyRule } from '../../engine/index.js';
import { AnyRule, checkedRule, exampleRules } from './rule.schemas.js';

/** Bytes: more than a policy needs, and few enough to validate quickly. */
export const POLICY_BODY_LIMIT = 262_144;

const name = resourceName('Name of the policy, as used in URLs', 'shop');

const described = nullableString({
  maxLength: 2000,
  pattern: TEXT_PATTERN,
  description: 'Free text, such as the purpose of the policy. null for none',
});

const creation = {
  createdAt: timestamp('Time of creation'),
  createdBy: nullableString(),
};
const creationExample = { createdAt: '2026-11-25T10:00:00.000Z', createdBy: 'alice' };

const sha256 = Type.String({
  description: 'SHA-256 of the rules as canonical JSON (RFC 8785). Equal rules have equal digests',
});
const SHA256 = '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08';

/** Open, because a newer version of the server can have stored rules that this one does not know. */
const rulesInAnswers = Type.Array(
  Type.Unsafe<PolicyRule>({ type: 'object', additionalProperties: true }),
  { description: 'Rules, such as `PolicyRule`, with their defaults' },
);

const listed = {
  id: uuid(),
  name: Type.String(),
  description: nullableString(),
  version: Type.Integer({ description: 'Number of the latest version' }),
  sha256,
  ...creation,
};
const listedExample = {
  id: '019aaf50-2b1c-7d3e-9f40-516273849506',
  name: 'shop',
  description: 'Requirements of the shop',
  version: 1,
  sha256: SHA256,
  ...creationExample,
};

export const ListedPolicy = Type.Object(listed, {
  $id: 'ListedPolicy',
  description: 'A policy, without its rules',
  examples: [listedExample],
});

export const Policy = Type.Object(
  { ...listed, rules: rulesInAnswers },
  {
    $id: 'Policy',
    description: 'A policy, with the rules of its latest version',
    examples: [{ ...listedExample, rules: exampleRules }],
  },
);

const listedVersion = {
  policy: Type.String({ description: 'Name of the policy' }),
  version: Type.Integer({ description: 'Number of the version, from 1' }),
  sha256,
  ...creation,
};
const versionExample = { policy: 'shop', version: 2, sha256: SHA256, ...creationExample };

export const ListedPolicyVersion = Type.Object(listedVersion, {
  $id: 'ListedPolicyVersion',
  description: 'A version of a policy, without its rules',
  examples: [versionExample],
});

export const PolicyVersion = Type.Object(
  { ...listedVersion, rules: rulesInAnswers },
  {
    $id: 'PolicyVersion',
    description: 'An immutable version of a policy, with its rules',
    examples: [{ ...versionExample, rules: exampleRules }],
  },
);

const limits = { minItems: 1, maxItems: 100, description: 'Rules, all of which apply' };
const rules = Type.Array(schemaRef(AnyRule), limits);
const checkedRules = Type.Array(checkedRule, limits);

const policyFields = { name, description: Type.Optional(described) };

export const CreatePolicy = Type.Object(
  { ...policyFields, rules },
  {
    $id: 'CreatePolicy',
    additionalProperties: false,
    examples: [{ name: 'shop', description: listedExample.description, rules: exampleRules }],
  },
);

export const CreatePolicyVersion = Type.Object(
  { rules },
  {
    $id: 'CreatePolicyVersion',
    additionalProperties: false,
    examples: [{ rules: exampleRules }],
  },
);

/** Schemas that validate request bodies. They accept the same values as the documented ones. */
export const CheckedPolicy = Type.Object(
  { ...policyFields, rules: checkedRules },
  { additionalProperties: false },
);
export const CheckedPolicyVersion = Type.Object(
  { rules: checkedRules },
  { additionalProperties: false },
);

export const PolicyParams = Type.Object({ name });

export const PolicyVersionParams = Type.Object({
  name,
  version: Type.Integer({ minimum: 1, maximum: 2_147_483_647, examples: [1] }),
});

export const ListPoliciesQuery = Type.Object(queryById, { additionalProperties: false });

export const ListPolicyVersionsQuery = Type.Object(
  {
    limit: defaulted(Type.Integer({ minimum: 1, maximum: 1000, default: 100 })),
    cursor: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: 2_147_483_647,
        description: 'Start of the page. Take it from the `Link` header of the page before',
      }),
    ),
  },
  { additionalProperties: false },
);

export const ListedPolicyRef = schemaRef(ListedPolicy);
export const PolicyRef = schemaRef(Policy);
export const ListedPolicyVersionRef = schemaRef(ListedPolicyVersion);
export const PolicyVersionRef = schemaRef(PolicyVersion);
export const CreatePolicyRef = schemaRef(CreatePolicy);
export const CreatePolicyVersionRef = schemaRef(CreatePolicyVersion);

export type CreatePolicy = Static<typeof CreatePolicy>;
export type CreatePolicyVersion = Static<typeof CreatePolicyVersion>;
export type ListPoliciesQuery = Static<typeof ListPoliciesQuery>;
export type ListPolicyVersionsQuery = Static<typeof ListPolicyVersionsQuery>;
