import { type CallContext, query } from '../../database/context.js';
import { type ApprovalsAsked, type Defect, prepare, type RuleResult } from '../../engine/index.js';
import type { Severity } from '../../vocabulary/severity.js';
import { type Approval, approvalsFor } from './approval.js';
import { inputsOf, type Seen } from './brief.js';
import type { DecisionBrief } from './brief.schemas.js';
import { PEOPLE_SEEN, RELEASES_OF_BRIEF, WAIVERS_OF_BRIEF } from './brief.sql.js';

/** Maximum number of findings that a brief names. The lists of findings have all. */
const NAMED = 100;

type NamedFinding = DecisionBrief['findings']['new']['named'][number];

const namedOf = (defects: readonly Defect[]): NamedFinding[] =>
  defects.slice(0, NAMED).map((one) => ({
    fingerprint: one.fingerprint,
    type: one.type,
    severity: one.severity,
    was: one.was ?? null,
    rule: one.rule,
    title: one.title,
    purl: one.purl,
    packageName: one.packageName,
    packageVersion: one.packageVersion,
    fixedVersion: one.fixedVersion,
    location: one.location,
  }));

function findingsOf({ facts, counted }: Seen): DecisionBrief['findings'] {
  const { counts = [], worst = [] } = facts?.newDefects ?? {};
  const part = (isPart: (was: Severity | null | undefined) => boolean) => ({
    total: counts.filter(({ was }) => isPart(was)).reduce((sum, { count }) => sum + count, 0),
    named: namedOf(worst.filter(({ was }) => isPart(was))),
  });
  return {
    new: part((was) => !was),
    worse: part((was) => Boolean(was)),
    counted: { total: counted.length, named: namedOf(counted) },
  };
}

function testsOf(evidence: ReturnType<typeof inputsOf>['evidence']): DecisionBrief['tests'] {
  const all = evidence.flatMap(({ tests }) => tests ?? []);
  const sum = (of: (one: (typeof all)[number]) => number) =>
    all.reduce((total, one) => total + of(one), 0);
  return {
    reports: all.length,
    tests: sum(({ tests }) => tests),
    failures: sum(({ failures }) => failures),
    errors: sum(({ errors }) => errors),
    skipped: sum(({ skipped }) => skipped),
  };
}

type ReleaseRow = DecisionBrief['changes']['to'];

async function changesOf(
  context: CallContext,
  releaseId: string,
  running: { readonly id: string } | null,
): Promise<DecisionBrief['changes']> {
  const rows = await query<ReleaseRow & { id: string }>(context, RELEASES_OF_BRIEF, [
    releaseId,
    running?.id ?? null,
  ]);
  const to = rows.find(({ id }) => id === releaseId);
  if (!to) throw new Error('the release of the brief is gone');
  const from = rows.find(({ id }) => id === running?.id) ?? null;
  const diff = from && from.id !== to.id ? `/releases/${to.id}/diff/${from.id}` : null;
  return { from: from && { id: from.id, version: from.version, commit: from.commit }, to, diff };
}

const people = (n: number) => (n === 1 ? '1 person' : `${n} people`);

/** What nobody can meet, by the people who were seen in 90 days. */
export async function warningsOf(
  context: CallContext,
  asked: readonly ApprovalsAsked[],
): Promise<string[]> {
  const warnings: string[] = [];
  for (const { minimum, groups, required } of asked) {
    const among = groups.length === 0 ? [] : [...new Set([...groups, ...required])];
    const parts = [
      { minimum, of: among },
      ...required.map((group) => ({ minimum: 1, of: [group] })),
    ];
    for (const part of parts) {
      const [row] = await query<{ people: number }>(context, PEOPLE_SEEN, [part.of]);
      const seen = row?.people ?? 0;
      if (seen >= part.minimum) continue;
      const whose = part.of.length > 0 ? ` of ${part.of.join(' or ')}` : '';
      warnings.push(
        `${people(seen)}${whose} signed in within 90 days, and ${people(part.minimum)} must approve`,
      );
    }
  }
  return [...new Set(warnings)];
}

const isAsking = ({ rule }: RuleResult) => rule === 'approvals';

/** What an approver must know. It depends on the state alone: two calls without a change answer the same. */
export async function decisionBrief(context: CallContext, seen: Seen): Promise<DecisionBrief> {
  const { risk, results, projectId, version } = seen;
  const inputs = inputsOf(seen);
  const others = results.filter((one) => !isAsking(one));
  const used = [...new Set(others.flatMap(({ waivers }) => waivers))];
  const approvals: Approval[] = await approvalsFor(
    context,
    risk.release,
    risk.environment,
    results,
  );
  return {
    releaseId: risk.release,
    projectId,
    version,
    environment: risk.environment,
    seen: seen.seen,
    decision: others.some(({ denies }) => denies) ? 'deny' : 'allow',
    results: others,
    findings: findingsOf(seen),
    waivers: await query(context, WAIVERS_OF_BRIEF, [used]),
    tests: testsOf(inputs.evidence),
    changes: await changesOf(context, risk.release, inputs.running),
    asked: results.filter(isAsking),
    said: approvals,
    warnings: await warningsOf(context, prepare(inputs.policies).asks),
    risk,
  };
}
