import { Type } from '@sinclair/typebox';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';

const count = (description?: string) =>
  Type.Integer({ minimum: 0, ...(description && { description }) });

/** An object with one count for each key. */
const countsOf = <Key extends string>(keys: readonly Key[], description: string) =>
  Type.Unsafe<Record<Key, number>>(
    Type.Object(Object.fromEntries(keys.map((key) => [key, count()])), { description }),
  );

export const findingCounts = {
  distinct: count('Number of defects. Findings with the same fingerprint are one defect'),
  bySeverity: countsOf(SEVERITIES, 'Defects by the worst severity reported for each'),
  fixableBySeverity: countsOf(
    SEVERITIES,
    'Defects that a newer version of the package fixes, by severity',
  ),
  byType: countsOf(FINDING_TYPES, 'Defects by type'),
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
    description: 'The first 100 tests with a failure or an error',
  }),
});

export const Summary = Type.Object(
  {
    tests: Type.Optional(TestSummary),
    components: Type.Optional(
      Type.Object({
        total: count(),
        withoutPurl: count('Components without a package URL. Searches do not find them'),
      }),
    ),
    findings: Type.Optional(
      Type.Object({
        total: count('Findings as reported'),
        reportedBySeverity: countsOf(SEVERITIES, 'Findings by severity, as reported'),
        ...findingCounts,
      }),
    ),
    claims: Type.Optional(
      Type.Object(
        { total: count(), absolving: count('Claims that a finding does not count') },
        {
          description: 'Claims of the document about findings, its own or those of other documents',
        },
      ),
    ),
    shows: Type.Array(Type.String({ enum: ['tests', 'components', ...FINDING_TYPES] }), {
      description: 'What the document can report, whether or not it did',
    }),
    masked: Type.Optional(
      Type.Boolean({ description: 'Whether secrets were masked before the document was stored' }),
    ),
  },
  {
    description: [
      'The contents of the document in numbers.',
      'A member is absent if the document does not report on it: a missing scan is not a clean scan',
    ].join(' '),
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
