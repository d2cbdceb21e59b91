import fc from 'fast-check';
import { FINDING_TYPES, SHOWN } from '../../vocabulary/finding-types.js';
import { SEVERITIES } from '../../vocabulary/severity.js';
import { defects } from '../rules/input.support.js';
import type { Defect } from '../rules/rule.js';
import type { EvidenceRecord, PolicyInput, VerdictFacts, VerdictInputs } from './inputs.js';
import { policy } from './inputs.support.js';
import { ROLLBACK_TARGETS } from './line.js';

/** Random inputs of verdicts, for tests. */

const text = fc.string({ maxLength: 8 });
const maybe = fc.option(text);
const count = fc.nat(100);

const content = fc.record({
  kind: text,
  label: maybe,
  artifact: maybe,
  sha256: text,
  storedSha256: text,
  parserVersion: count,
  mayAbsolve: fc.boolean(),
  shows: fc.uniqueArray(fc.constantFrom(...SHOWN)),
  coverage: fc.array(
    fc.record({
      what: fc.constantFrom(...SHOWN),
      ran: fc.constantFrom('yes' as const, 'failed' as const),
    }),
    { maxLength: 4 },
  ),
  tests: fc.option(fc.record({ tests: count, failures: count, errors: count, skipped: count }), {
    nil: undefined,
  }),
});

/** Distinct documents, with ids. */
const evidence = fc
  .uniqueArray(content, { maxLength: 6, selector: (one) => JSON.stringify(one) })
  .map((all) => all.map((one, index): EvidenceRecord => ({ ...one, id: `e${index}` })));

const anyRule = fc.oneof(
  fc.record({ rule: fc.constant('tests-passed'), mode: fc.constant('block' as const) }),
  fc.record({
    rule: fc.constant('max-findings'),
    mode: fc.constantFrom('block' as const, 'warn' as const),
    severity: fc.constantFrom('critical', 'low'),
    maximum: fc.nat(3),
  }),
  fc.record({
    rule: fc.constant('evidence-required'),
    mode: fc.constant('block' as const),
    shows: fc.constantFrom(...SHOWN),
    scope: fc.constantFrom('release', 'artifacts'),
    maximumAgeDays: fc.constant(1),
  }),
  fc.record({ rule: fc.constant('no-secrets'), mode: fc.constant('block' as const) }),
  fc.record({
    rule: fc.constant('approvals'),
    mode: fc.constant('block' as const),
    minimum: fc.integer({ min: 1, max: 3 }),
  }),
);

const policies = fc.uniqueArray(
  fc
    .tuple(text, fc.array(anyRule, { maxLength: 4 }))
    .map(([name, rules]) => policy(name, ...rules)),
  { maxLength: 3, selector: ({ name }) => name },
);

/** Which evidence is too old for which rule. */
const tooOld = (all: readonly PolicyInput[], some: readonly EvidenceRecord[]) => {
  const each = all.flatMap(({ name, version, rules }) =>
    rules.map((_rule, index) =>
      fc
        .subarray(some.map(({ id }) => id))
        .map((ids) => ({ policy: name, version, index, evidence: ids })),
    ),
  );
  return fc.tuple(...each).map((found) => found.filter((one) => one.evidence.length > 0));
};

const day = fc
  .date({ min: new Date('2026-01-01'), max: new Date('2027-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

const anyWindow = fc.record({
  id: text,
  kind: fc.constantFrom('freeze' as const, 'change' as const),
  state: fc.constantFrom('open' as const, 'closed' as const),
  until: fc.option(day),
  reason: text,
  by: text,
});

const names = fc.uniqueArray(text, { maxLength: 3 });

const anyApprovals = fc.record({
  given: fc.uniqueArray(
    fc.record({
      id: text,
      decision: fc.constantFrom('approve' as const, 'reject' as const),
      person: text,
      names,
      groups: names,
      via: fc.constantFrom('sign-in' as const, 'token' as const),
      seen: text,
    }),
    { maxLength: 3, selector: ({ id }) => id },
  ),
  triggeredBy: maybe,
  authors: names,
  requesters: fc.uniqueArray(fc.record({ waiver: text, name: maybe }), {
    maxLength: 2,
    selector: ({ waiver }) => waiver,
  }),
});

const anyWithoutApprovals: fc.Arbitrary<VerdictInputs> = fc
  .tuple(evidence, policies)
  .chain(([some, all]) =>
    fc.record({
      release: fc.record({
        id: text,
        projectId: count,
        version: text,
        commit: text,
        state: fc.constantFrom('open' as const, 'sealed' as const, 'revoked' as const),
        revokedReason: maybe,
      }),
      environment: text,
      artifacts: fc.uniqueArray(
        fc.record({
          name: text,
          kind: text,
          sha256: text,
          digests: fc.array(text, { maxLength: 2 }),
          purl: maybe,
        }),
        {
          maxLength: 4,
          selector: ({ sha256 }) => sha256,
        },
      ),
      evidence: fc.constant(some),
      policies: fc.constant(all),
      waivers: fc.uniqueArray(
        fc.record({
          id: text,
          rule: text,
          purl: maybe,
          releaseId: maybe,
          expiresAt: day,
          approvedBy: text,
        }),
        { maxLength: 3, selector: ({ id }) => id },
      ),
      running: fc.option(fc.record({ id: text, version: text, authorization: text })),
      unauthorized: fc.option(fc.record({ id: text, version: text })),
      tooOld: tooOld(all, some),
      windows: fc.array(anyWindow, { maxLength: 3 }),
      stops: fc.array(fc.record({ id: text, reason: text, by: text, rollbacks: fc.boolean() }), {
        maxLength: 2,
      }),
      after: fc.uniqueArray(text, { maxLength: 2 }),
      promoted: fc.array(
        fc.record({
          environment: text,
          minimumHours: count,
          state: fc.constantFrom(
            'met' as const,
            'soaking' as const,
            'short' as const,
            'absent' as const,
          ),
          until: fc.option(day),
        }),
        { maxLength: 2 },
      ),
      rollback: fc.option(
        fc.record({ target: fc.constantFrom(...ROLLBACK_TARGETS), deployment: maybe }),
        { nil: undefined },
      ),
    }),
  );

const anyVia = fc.constantFrom('sign-in' as const, 'token' as const);

const anyBreakGlass = fc.record({
  id: text,
  reason: text,
  requestedBy: text,
  requestedVia: anyVia,
  confirmedBy: maybe,
  confirmedVia: fc.option(anyVia),
  force: fc.boolean(),
  until: day,
});

const anyReviews = fc.uniqueArray(
  fc.record({ id: text, environment: text, version: text, dueAt: day, overdue: fc.boolean() }),
  { maxLength: 3, selector: ({ id }) => id },
);

/** Arbitrary inputs without duplicates. */
export const anyInputs: fc.Arbitrary<VerdictInputs> = fc
  .tuple(
    fc.option(anyApprovals),
    fc.option(anyBreakGlass),
    fc.option(anyReviews),
    anyWithoutApprovals,
  )
  .map(([approvals, breakGlass, reviews, all]) => ({
    ...all,
    ...(approvals && { approvals }),
    ...(breakGlass && { breakGlass }),
    ...(reviews && { reviews }),
  }));

const anyDefect = fc.record({
  fingerprint: text,
  type: fc.constantFrom(...FINDING_TYPES),
  severity: fc.constantFrom(...SEVERITIES),
  rule: text,
  title: maybe,
  purl: maybe,
  packageName: maybe,
  packageVersion: maybe,
  fixedVersion: maybe,
  fix: fc.constantFrom('available' as const, 'none' as const, 'unknown' as const),
  location: maybe,
}) satisfies fc.Arbitrary<Defect>;

/** Facts with waived defects. */
export const anyFacts: fc.Arbitrary<VerdictFacts> = fc
  .tuple(
    fc.uniqueArray(anyDefect, { maxLength: 8, selector: ({ fingerprint }) => fingerprint }),
    fc.dictionary(text, fc.uniqueArray(text, { minLength: 1 }), { noNullPrototype: true }),
  )
  .map(([all, waivers]) => ({ defects: defects(all, waivers) }));

/** Copies a value and shuffles its lists, except rules, whose order matters. */
export function shuffled<T>(value: T, random: () => number): T {
  const move = (part: unknown, name: string): unknown => {
    if (part === null || typeof part !== 'object') return part;
    if (!Array.isArray(part)) {
      return Object.fromEntries(
        Object.entries(part).map(([key, inner]) => [key, move(inner, key)]),
      );
    }
    const items = part.map((item: unknown) => move(item, ''));
    if (name === 'rules') return part;
    for (let i = items.length - 1; i > 0; i -= 1) {
      const j = Math.floor(random() * (i + 1));
      [items[i], items[j]] = [items[j], items[i]];
    }
    return items;
  };
  return move(value, '') as T;
}
