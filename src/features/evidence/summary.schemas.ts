import { Type } from '@sinclair/typebox';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';

const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description && { description }) });

/** A count for each of these. */
const countsOf = <Key extends string>(keys: readonly Key[], description: string) =>
  Type.Unsafe<Record<Key, number>>(
    Type.Object(Object.fromEntries(keys.map((key) => [key, count()])), { description }),
  );

export const findingCounts = {
  distinct: count('Defects: findings with one fingerprint are one. The other counts are of these'),
  bySeverity: countsOf(SEVERITIES, 'By the worst severity that was reported of each'),
  fixableBySeverity: countsOf(SEVERITIES, 'Those that a newer version of the package fixes'),
  byType: countsOf(FINDING_TYPES, 'By what they are about'),
};

export const testCounts = {
  tests: count(),
  passed: count(),
  failures: count(),
  errors: count(),
  skipped: count(),
};

const TestSummary = Type.Object({
  ...testCounts,
  durationSeconds: Type.Number({ minimum: 0 }),
  failed: Type.Array(Type.Object({ name: Type.String(), message: Type.String() }), {
    description: 'The first 100 that failed or broke off',
  }),
});

export const Summary = Type.Object(
  {
    tests: Type.Optional(TestSummary),
    components: Type.Optional(
      Type.Object({ total: count(), withoutPurl: count('Not found by a search') }),
    ),
    findings: Type.Optional(
      Type.Object({
        total: count('As reported'),
        reportedBySeverity: countsOf(SEVERITIES, 'As reported'),
        ...findingCounts,
      }),
    ),
    claims: Type.Optional(
      Type.Object(
        { total: count(), absolving: count('Those that say that a finding does not count') },
        { description: 'What the document says of findings, its own or those of others' },
      ),
    ),
    shows: Type.Array(Type.String({ enum: ['tests', 'components', ...FINDING_TYPES] }), {
      description: 'What it could have shown, whether or not it did',
    }),
    masked: Type.Optional(
      Type.Boolean({ description: 'Secrets were taken out before the document was stored' }),
    ),
  },
  {
    description:
      'What the document says, in numbers. A member that is absent is something that it does not tell: no scan is not a clean scan',
  },
);

export const zeros = (keys: readonly string[], some: Record<string, number> = {}) => ({
  ...Object.fromEntries(keys.map((key) => [key, 0])),
  ...some,
});

export const findingCountsExample = {
  distinct: 3,
  bySeverity: zeros(SEVERITIES, { critical: 1, high: 2 }),
  fixableBySeverity: zeros(SEVERITIES, { critical: 1 }),
  byType: zeros(FINDING_TYPES, { vulnerability: 3 }),
};
