import { Type } from '@sinclair/typebox';
import { RAN } from '../../vocabulary/coverage.js';
import { FINDING_TYPES, SHOWN } from '../../vocabulary/finding-types.js';
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
  unknown: Type.Optional(count('Tests with an outcome that the server does not know')),
  missing: Type.Optional(count('Tests that the report counts and does not have')),
  unnamed: Type.Optional(count('Failures and errors of which the report has only the number')),
  durationSeconds: Type.Number({ minimum: 0 }),
  failed: Type.Array(Type.Object({ name: Type.String(), message: Type.String() }), {
    description: 'The first 100 tests with a failure or an error',
  }),
});

const instant = (description: string) => Type.String({ format: 'date-time', description });

const digests = (description: string) => Type.Optional(Type.Array(Type.String(), { description }));

const Target = Type.Object({
  type: Type.String({
    enum: ['image', 'files', 'repository', 'package', 'cluster', 'suite', 'other'],
  }),
  name: Type.Optional(Type.String({ description: 'As the tool writes it' })),
  package: Type.Optional(
    Type.String({ description: 'Package URL of the subject of an SBOM, without its version' }),
  ),
  digests: digests('Digests of the same sort as those of artifacts. One must be of the artifact'),
  otherDigests: digests('Image ids, indexes and platforms. They can name an artifact'),
});

const Coverage = Type.Object({
  what: Type.String({ enum: [...SHOWN] }),
  ran: Type.String({ enum: [...RAN] }),
  reason: Type.Optional(Type.String({ description: 'Why it is not known to have run' })),
  caveat: Type.Optional(
    Type.String({ description: 'What it does not show, though it counts. Verdicts warn of it' }),
  ),
  declared: Type.Optional(
    Type.Boolean({ description: 'The uploader said that it ran (`scanners`), not the document' }),
  ),
  of: Type.Optional(Type.Array(Target, { description: 'What the tool looked at' })),
  lookedAt: Type.Optional(count('How many packages, files or tests it looked at')),
  extent: Type.Optional(
    Type.String({
      description:
        'Which part it looked at: ecosystems of packages, resources of a cluster, layers',
    }),
  ),
  at: Type.Optional(instant('When the tool ran, as written in the document')),
  isLocal: Type.Optional(
    Type.Boolean({ description: 'The document gives `at` without a time zone: it is read as UTC' }),
  ),
  unreadTime: Type.Optional(
    Type.String({
      description:
        'A time of the document that is not understood. Rules with `maximumAgeDays` deny the document',
    }),
  ),
  database: Type.Optional(
    instant("When the tool's database was built, as written in the document"),
  ),
});

const notes = (description: string) =>
  Type.Object(
    {
      total: count(),
      first: Type.Array(
        Type.Object({
          message: Type.String(),
          pointer: Type.Optional(Type.String({ description: 'JSON pointer to the place' })),
        }),
      ),
    },
    { description },
  );

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
    shows: Type.Array(Type.String({ enum: [...SHOWN] }), {
      description: [
        'What the document can report: everything that its tool looked for without a failure.',
        'If the document does not report a type named here, there is none',
      ].join(' '),
    }),
    coverage: Type.Array(Coverage, {
      description: [
        'What the tool looked for, and whether it ran.',
        'A missing scan, a failed scan and a scan of nothing do not count as a clean scan',
      ].join(' '),
    }),
    targets: Type.Array(Type.String(), {
      description: [
        'What the document is about, each as tool, type and name without tag.',
        'New evidence with the same label supersedes evidence only if it is about all of its targets',
      ].join(' '),
    }),
    warnings: Type.Optional(notes('What the parser read leniently, or did not understand')),
    contradictions: Type.Optional(
      notes('Where the document contradicts itself. The worse reading counts'),
    ),
    masked: Type.Optional(
      Type.Boolean({ description: 'Whether secrets were masked before the document was stored' }),
    ),
  },
  {
    description: [
      'The contents of the document in numbers.',
      'A member is absent if the document does not report on it.',
      'A missing scan does not count as a clean scan',
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
