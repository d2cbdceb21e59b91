import { type Static, Type } from '@sinclair/typebox';
import {
  linksShown,
  nullableString,
  type ReadOnly,
  schemaRef,
  stringEnum,
  timestamp,
  uuid,
} from '../../contract/schemas.js';
import type { Risk } from '../../engine/index.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity } from '../../vocabulary/severity.js';
import { environmentName, RuleResult } from '../verdicts/index.js';

const NamedFinding = Type.Object({
  fingerprint: Type.String(),
  type: stringEnum(FINDING_TYPES),
  severity: stringEnum(SEVERITIES),
  was: Type.Unsafe<Severity | null>({
    type: ['string', 'null'],
    enum: [...SEVERITIES, null],
    description: 'Severity that the running release has it with. null: it does not have it',
  }),
  rule: Type.String(),
  title: nullableString(),
  purl: nullableString(),
  packageName: nullableString(),
  packageVersion: nullableString(),
  fixedVersion: nullableString(),
  location: nullableString(),
});

const some = (description: string) =>
  Type.Object(
    { total: Type.Integer(), named: Type.Array(NamedFinding, { description: 'At most 100' }) },
    { description },
  );

const running = Type.Object({ id: uuid(), version: Type.String(), commit: Type.String() });

export const DecisionBrief = Type.Object(
  {
    releaseId: uuid(),
    projectId: Type.Integer(),
    version: Type.String(),
    environment: Type.String(),
    seen: Type.String({
      description: 'SHA-256 of `risk` as canonical JSON (RFC 8785). An approval names it',
    }),
    decision: stringEnum(['allow', 'deny'], {
      description: 'Decision of all rules other than `approvals`',
    }),
    results: Type.Array(RuleResult, { description: 'Results of these rules' }),
    findings: Type.Object({
      new: some('Findings that the running release does not have'),
      worse: some('Findings that the running release has with a lower severity'),
      counted: some('Findings at or above the limit of a rule, also waived ones'),
    }),
    waivers: Type.Array(
      Type.Object({
        id: uuid(),
        rule: Type.String(),
        purl: nullableString(),
        reason: Type.String(),
        expiresAt: timestamp('Time from which the waiver does not count'),
        createdBy: Type.String(),
        approvedBy: nullableString(),
      }),
      { description: 'Waivers that take effect' },
    ),
    tests: Type.Object(
      {
        reports: Type.Integer(),
        tests: Type.Integer(),
        failures: Type.Integer(),
        errors: Type.Integer(),
        skipped: Type.Integer(),
      },
      { description: 'Sums over all reports of tests that count' },
    ),
    changes: Type.Object({
      from: Type.Unsafe<Static<typeof running> | null>({
        ...running,
        type: ['object', 'null'],
        description: 'The release that runs there. null: none is known',
      }),
      to: Type.Object({
        version: Type.String(),
        commit: Type.String(),
        branch: nullableString(),
        notes: nullableString(),
        links: linksShown(),
        authors: Type.Array(Type.String()),
        triggeredBy: nullableString(),
      }),
      diff: nullableString({ description: 'Path of the difference between the two releases' }),
    }),
    asked: Type.Array(RuleResult, { description: 'Results of the rules that ask for approvals' }),
    said: Type.Array(Type.Ref('Approval'), {
      description: 'What people said and did not withdraw, with what holds of it now',
    }),
    warnings: Type.Array(Type.String(), {
      description: 'What nobody can meet, by the people who were seen in 90 days',
    }),
    risk: Type.Unsafe<Risk>({
      type: 'object',
      additionalProperties: true,
      description: [
        'What an approval is bound to: commit, digests of artifacts and policies, the result of each rule with its',
        'findings and waivers, and what evidence covers',
      ].join(' '),
    }),
  },
  {
    $id: 'DecisionBrief',
    description: 'What an approver must know',
  },
);

export const BriefQuery = Type.Object(
  { environment: environmentName },
  { additionalProperties: false },
);

export const DecisionBriefRef = schemaRef(DecisionBrief);

export type DecisionBrief = ReadOnly<Static<typeof DecisionBrief>>;
