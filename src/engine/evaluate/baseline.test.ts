import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { ruleNamed } from '../rules/index.js';
import { defect, defects } from '../rules/input.support.js';
import { rulesSha256 } from './hash.js';
import type { PolicyRule, VerdictFacts, VerdictInputs } from './inputs.js';
import { evaluate, inputs, NO_FACTS, record } from './inputs.support.js';
import { faultOfRule } from './rule-fault.js';

const MIGRATION = '../../../prisma/migrations/20261129010000_baseline_2/migration.sql';
const sql = readFileSync(new URL(MIGRATION, import.meta.url), 'utf8');
const [, json = '[]', sha256 = ''] = /'baseline', 2, '(\[.*\])', '([0-9a-f]{64})'/.exec(sql) ?? [];
const rules: PolicyRule[] = JSON.parse(json);
const baseline = { name: 'baseline', version: 2, sha256, rules };

const tests = { tests: 10, failures: 0, errors: 0, skipped: 0 };
const junit = record('1', { kind: 'junit', shows: ['tests'], tests });
const sbom = record('2', { kind: 'cyclonedx', shows: ['components'] });
const scan = record('3');
const leaks = record('4', { kind: 'gitleaks', shows: ['secret'] });

const decided = (evidence: VerdictInputs['evidence'], facts: VerdictFacts = NO_FACTS) => {
  const { decision, results } = evaluate(inputs({ policies: [baseline], evidence }), facts);
  return [decision, ...results.filter(({ denies }) => denies).map(({ rule }) => rule)];
};

describe('the policy baseline of the migration', () => {
  it('has the digest of its rules', () => {
    expect(rules).toHaveLength(4);
    expect(sha256).toBe(rulesSha256(rules));
  });

  it.each(rules.map((rule) => [rule.rule, rule]))(
    '%s is a rule, with valid parameters',
    (name, rule) => {
      expect(ruleNamed(String(name))).toBeDefined();
      expect(faultOfRule(rule as PolicyRule)).toBeUndefined();
      expect(rule).toHaveProperty('mode', 'block');
    },
  );

  it('allows a release with all evidence and no problems', () => {
    expect(decided([junit, sbom, scan, leaks])).toEqual(['allow']);
  });

  it('denies a release without evidence', () => {
    expect(decided([])).toEqual([
      'deny',
      'tests-passed',
      'evidence-required',
      'max-findings',
      'no-secrets',
    ]);
  });

  it('denies a release that lacks one piece of evidence', () => {
    const all = [junit, sbom, scan, leaks];
    const without = all.map((one) => decided(all.filter((other) => other !== one)));
    expect(without).toEqual([
      ['deny', 'tests-passed'],
      ['deny', 'evidence-required'],
      ['deny', 'max-findings'],
      ['deny', 'no-secrets'],
    ]);
  });

  it.each([
    ['critical', '1.2.3', 'deny'],
    ['high', '1.2.3', 'deny'],
    ['unknown', '1.2.3', 'deny'],
    ['medium', '1.2.3', 'allow'],
    ['critical', null, 'allow'],
  ] as const)('%s, fixed in %s: %s', (severity, fixedVersion, decision) => {
    const one = defect('CVE-2024-1', { severity, fixedVersion });
    const facts = { defects: defects([one]) };
    expect(decided([junit, sbom, scan, leaks], facts)[0]).toBe(decision);
  });

  it('denies a secret', () => {
    const one = defect('private-key', { type: 'secret', severity: 'low', fixedVersion: null });
    const facts = { defects: defects([one]) };
    expect(decided([junit, sbom, scan, leaks], facts)).toEqual(['deny', 'no-secrets']);
  });
});
