import { type Static, type TProperties, Type } from '@sinclair/typebox';
import { schemaRef, timestamp, uuid } from '../../contract/schemas.js';
import { type CallContext, readTogether } from '../../database/context.js';
import type { Read } from '../../database/sql.js';
import { FINDING_TYPES } from '../../vocabulary/finding-types.js';
import { SEVERITIES, type Severity } from '../../vocabulary/severity.js';
import { findingCounts, findingCountsExample, testCounts } from '../evidence/index.js';
import { requireReleaseRef } from '../releases/index.js';
import { COUNT_CLAIMS } from './claims.sql.js';
import { COUNT_COMPONENTS, COUNT_FINDINGS, SELECT_EVIDENCE, SELECT_TESTS } from './summary.sql.js';

const KindEvidence = Type.Object({
  kind: Type.String(),
  current: Type.Integer({ description: 'Number of current documents of this kind' }),
  lastReceivedAt: timestamp('When evidence of this kind was last received'),
});

const optional = <Properties extends TProperties>(properties: Properties, description: string) =>
  Type.Optional(Type.Object(properties, { description }));

export const ReleaseSummary = Type.Object(
  {
    releaseId: uuid(),
    evidence: Type.Array(KindEvidence),
    tests: optional({ reports: Type.Integer(), ...testCounts }, 'Sums of all current test reports'),
    components: optional(
      {
        distinct: Type.Integer({
          description: 'Number of components. Each version of each package counts once',
        }),
      },
      'Components of all current SBOMs',
    ),
    findings: optional(
      {
        ...findingCounts,
        suppressed: Type.Integer({
          description: 'Suppressed defects. The other counts do not include them',
        }),
      },
      'Defects of all current scans. A defect that two tools report counts once',
    ),
    claims: optional(
      {
        total: Type.Integer(),
        absolving: Type.Integer({
          description: 'Claims that a finding does not count, of callers with `vex:write`',
        }),
        matched: Type.Integer({
          description: 'Absolving claims that apply to a finding of this release now',
        }),
        unmatched: Type.Integer({
          description: [
            'Absolving claims that apply to no finding of this release now,',
            'because they are about another product, package, version or vulnerability',
          ].join(' '),
        }),
      },
      'Claims of all current evidence',
    ),
  },
  {
    $id: 'ReleaseSummary',
    description: [
      'The contents of current evidence in numbers.',
      'A member is absent if no evidence reports on it.',
      'A missing scan does not count as a clean scan',
    ].join(' '),
    examples: [
      {
        releaseId: '019aaf5e-7c1d-7b4e-9d0a-3f6c1b2a4d5e',
        evidence: [{ kind: 'trivy', current: 1, lastReceivedAt: '2026-11-25T10:02:00.000Z' }],
        findings: { ...findingCountsExample, suppressed: 1 },
        claims: { total: 3, absolving: 2, matched: 1, unmatched: 1 },
      },
    ],
  },
);

export const ReleaseSummaryRef = schemaRef(ReleaseSummary);

export type ReleaseSummary = Static<typeof ReleaseSummary>;

interface EvidenceRow {
  readonly kind: string;
  readonly current: number;
  readonly lastReceivedAt: Date;
  readonly hasFindings: boolean;
  readonly hasComponents: boolean;
  readonly hasClaims: boolean;
}

type ClaimCounts = Omit<NonNullable<ReleaseSummary['claims']>, 'unmatched'>;

interface DefectRow {
  readonly severity: Severity;
  readonly type: (typeof FINDING_TYPES)[number];
  readonly fixable: boolean;
  readonly suppressed: boolean;
  readonly n: number;
}

const zeros = <Key extends string>(keys: readonly Key[]) =>
  Object.fromEntries(keys.map((key) => [key, 0])) as Record<Key, number>;

function countDefects(rows: readonly DefectRow[]) {
  const bySeverity = zeros(SEVERITIES);
  const fixableBySeverity = zeros(SEVERITIES);
  const byType = zeros(FINDING_TYPES);
  let distinct = 0;
  let suppressed = 0;
  for (const row of rows) {
    if (row.suppressed) {
      suppressed += row.n;
      continue;
    }
    distinct += row.n;
    bySeverity[row.severity] += row.n;
    byType[row.type] += row.n;
    if (row.fixable) fixableBySeverity[row.severity] += row.n;
  }
  return { distinct, bySeverity, fixableBySeverity, byType, suppressed };
}

/** Summarizes the current evidence of a release in numbers. @throws {AppError} `release-not-found` */
export async function summarizeRelease(
  context: CallContext,
  releaseId: string,
): Promise<ReleaseSummary> {
  const { id } = await requireReleaseRef(context, 'evidence:read', releaseId);
  return readTogether(context, (read) => summarize(read, id));
}

async function summarize(read: Read, releaseId: string): Promise<ReleaseSummary> {
  const evidence = await read<EvidenceRow>(SELECT_EVIDENCE, [releaseId]);
  const [tests] = await read<NonNullable<ReleaseSummary['tests']>>(SELECT_TESTS, [releaseId]);
  const hasComponents = evidence.some((row) => row.hasComponents);
  const [components] = hasComponents
    ? await read<{ distinct: number }>(COUNT_COMPONENTS, [releaseId])
    : [];
  const findings = evidence.some(({ hasFindings }) => hasFindings)
    ? countDefects(await read<DefectRow>(COUNT_FINDINGS, [releaseId]))
    : undefined;
  const [claims] = evidence.some(({ hasClaims }) => hasClaims)
    ? await read<ClaimCounts>(COUNT_CLAIMS, [releaseId])
    : [];
  return {
    releaseId,
    evidence,
    ...(tests && tests.reports > 0 && { tests }),
    ...(components && { components }),
    ...(findings && { findings }),
    ...(claims && { claims: { ...claims, unmatched: claims.absolving - claims.matched } }),
  };
}
