import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { sql } from '../support/database.js';
import { trivy } from '../support/documents.js';
import { uploaded } from '../support/evidence.js';
import { createRelease, revoke } from '../support/releases.js';
import { useRows } from '../support/rows.js';
import { assertRelease, evidenceOfAll, guard, verdictOf } from '../support/verdicts.js';

/** What cannot be decided denies. */

const context = useApp();
let release: string;
useRows(async () => {
  release = (await createRelease(context.app)).id;
  await evidenceOfAll(context.app, release);
});

/** Stores what this version of the server would refuse. */
const store = (rules: unknown, version = 2) =>
  sql(
    `INSERT INTO policy_versions (policy_name, version, rules, sha256, created_by)
     VALUES ('gate', $1, $2, $3, 'a newer version')`,
    [version, JSON.stringify(rules), String(version).padStart(64, '0')],
  );
const guardBy = (policies: unknown, name = 'gate') =>
  sql('UPDATE environments SET policies = $1 WHERE name = $2', [JSON.stringify(policies), name]);

async function denied() {
  const { statusCode } = await assertRelease(context.app, { release, environment: 'gate' });
  expect(statusCode).toBe(409);
  const { decision, results } = await verdictOf(context.app, release, { environment: 'gate' });
  expect(decision).toBe('deny');
  return results.filter(({ denies }) => denies);
}

useRows(async () => {
  await guard(context.app, [{ rule: 'no-secrets' }]);
  const allowed = await verdictOf(context.app, release, { environment: 'gate' });
  expect(allowed.decision).toBe('allow');
});

describe('a release for an environment', () => {
  it('is denied if no policy guards the environment', async () => {
    await guardBy([]);
    expect(await denied()).toEqual([
      {
        policy: null,
        policyVersion: null,
        rule: 'policy-required',
        mode: 'block',
        status: 'fail',
        denies: true,
        message:
          'No policy guards gate, so every release is denied. Assign a policy: PATCH /environments/gate',
        evidence: [],
        findings: [],
        waivers: [],
      },
    ]);
  });

  it('is denied if the policies have no rules', async () => {
    await store([]);
    expect(await denied()).toMatchObject([{ rule: 'policy-required' }]);
  });

  it.each([
    ['a policy that does not exist', { name: 'gone', version: null }, 'gone', 'policy gone'],
    ['a version that does not exist', { name: 'gate', version: 7 }, 'gate', 'version 7 of policy'],
    ['something that is not a policy', 'gate', '"gate"', 'policy "gate"'],
  ])(
    'is denied if the environment names %s, regardless of other policies',
    async (_case, other, policy, text) => {
      await guardBy([{ name: 'baseline', version: null }, other]);
      const results = await denied();
      expect(results).toMatchObject([{ policy, rule: 'policy-required', status: 'fail' }]);
      expect(results[0]?.message).toContain(`gate requires ${text}`);
      expect(results[0]?.message).toContain('which does not exist');
    },
  );
});

describe('a rule', () => {
  it('denies if only a newer server knows it, even in mode warn', async () => {
    await store([
      { rule: 'no-secrets', mode: 'block' },
      { rule: 'signed-by-two', mode: 'warn' },
    ]);
    const [result, ...others] = await denied();
    expect(result).toMatchObject({
      policy: 'gate',
      policyVersion: 2,
      rule: 'signed-by-two',
      status: 'error',
      message: expect.stringContaining(
        'This version of the platform does not have a rule signed-by-two',
      ),
    });
    expect(others).toEqual([]);
  });

  it.each<[string, object, RegExp]>([
    [
      'with a parameter of a newer version',
      { rule: 'no-secrets', mode: 'block', since: 1 },
      /since is not a known parameter/,
    ],
    [
      'with a parameter of another type',
      { rule: 'max-findings', mode: 'block', maximum: 'many' },
      /\/maximum must be integer/,
    ],
    ['with neither of two parameters', { rule: 'licences', mode: 'warn' }, /./],
    [
      'that throws',
      {
        rule: 'banned-components',
        mode: 'warn',
        components: [{ purl: 'pkg:npm/lodash', versions: '>>1 x' }],
      },
      />>1 x is not a SemVer range/,
    ],
    ['with another mode', { rule: 'no-secrets', mode: 'tell' }, /neither block nor warn/],
    ['without a mode', { rule: 'no-secrets' }, /neither block nor warn/],
  ])('denies %s', async (_case, rule, message) => {
    await store([rule]);
    const results = await denied();
    expect(results).toMatchObject([{ policy: 'gate', policyVersion: 2, status: 'error' }]);
    expect(results[0]?.message).toMatch(message);
  });

  it.each([['a text'], [null], [7]])('denies if it is not an object: %j', async (rule) => {
    await store([rule]);
    expect(await denied()).toMatchObject([{ status: 'error' }]);
  });
});

describe('a revoked release', () => {
  it('is denied by any policy', async () => {
    await revoke(context.app, release, 'Charges the fee twice');
    const results = await denied();
    expect(results).toMatchObject([{ policy: null, rule: 'release-revoked' }]);
    expect(results[0]?.message).toContain('Charges the fee twice');
  });
});

describe('a finding without a severity', () => {
  it('counts', async () => {
    const document = trivy({ severity: 'UNKNOWN', fixed: '4.17.21' });
    await uploaded(context.app, release, document, { label: 'scan' });
    const { decision } = await verdictOf(context.app, release);
    expect(decision).toBe('deny');
  });
});

describe('the database', () => {
  it.each([
    `UPDATE verdicts SET decision = 'allow'`,
    `UPDATE verdicts SET inputs = '{}'`,
    'DELETE FROM verdicts',
    'TRUNCATE verdicts CASCADE',
    `UPDATE policy_versions SET rules = '[]'`,
    `UPDATE policy_versions SET sha256 = repeat('0', 64)`,
    'DELETE FROM policy_versions',
    'TRUNCATE policy_versions CASCADE',
  ])('refuses %s', async (text) => {
    await expect(sql(text)).rejects.toMatchObject({ code: '23001' });
  });

  it('refuses a second verdict of the same inputs', async () => {
    const twin = sql(
      `INSERT INTO verdicts SELECT gen_random_uuid(), project_id, release_id, environment, 'deny',
              engine, inputs_hash, inputs, results, evaluated_at, created_by FROM verdicts`,
    );
    await expect(twin).rejects.toMatchObject({ code: '23505' });
  });
});
