import { describe, expect, it } from 'vitest';
import { growth, LINEAR } from '../../../../test/support/counted-work.js';
import { document, parse, result, run } from './sarif.support.js';

const secrets = (length: number) =>
  document(
    Array.from({ length }, (_, i) => result({}, i, `password = "${i}-abc"`)),
    { name: 'gitleaks' },
  );
const rules = Array.from({ length: 1000 }, (_, i) => ({ id: `R${i}`, name: `n${i}` }));
const results = (length: number) =>
  document(
    Array.from({ length }, (_, i) => result({ ruleId: `R${i % 1000}/${i}` }, i)),
    { rules },
  );

const each = <T>(length: number, make: (i: number) => T) =>
  Array.from({ length }, (_, i) => make(i));
/** Each invocation sets a level for the rule of all results, and has a notification that the tool describes. */
const invocations = (length: number) =>
  document(
    each(length, (i) => result({}, i)),
    {
      rules: [{ id: 'R1' }],
      notifications: each(length, (i) => ({
        id: `N${i}`,
        defaultConfiguration: { level: 'note' },
      })),
    },
    {
      invocations: each(length, (i) => ({
        executionSuccessful: true,
        toolExecutionNotifications: [{ descriptor: { id: `N${i}` } }],
        ruleConfigurationOverrides: [
          { descriptor: { id: 'R1' }, configuration: { level: i === 0 ? 'error' : 'note' } },
        ],
      })),
    },
  );

describe('SARIF: limits', () => {
  it('refuses too many', () => {
    const many = Array.from({ length: 100_001 }, () => ({}));
    expect(() => parse({ version: '2.1.0', runs: [run(many), run(many)] })).toThrow(
      expect.objectContaining({ reason: 'limit', pointer: '/runs/1/results' }),
    );
  });

  it('reads 50,000 results with linear work', async () => {
    expect(parse(results(50_000)).findings).toHaveLength(50_000);
    const work = (size: number) => {
      const many = results(size);
      return () => parse(many);
    };
    expect(await growth(2000, work)).toBeLessThan(LINEAR);
  });

  it('masks 20,000 secrets with linear work', async () => {
    const { masked, findings } = parse(secrets(20_000));
    expect(new Set(findings?.map(({ fingerprint }) => fingerprint)).size).toBe(20_000);
    expect(JSON.stringify(masked)).not.toContain('-abc');
    const work = (size: number) => {
      const many = secrets(size);
      return () => parse(many);
    };
    expect(await growth(500, work)).toBeLessThan(LINEAR);
  });

  it('reads invocations with linear work', async () => {
    const { findings, coverage, warnings } = parse(invocations(1000));
    expect(new Set(findings?.map(({ severity }) => severity))).toEqual(new Set(['high']));
    expect(coverage).toMatchObject([{ what: 'code', ran: 'yes' }]);
    expect(warnings).toEqual([]);
    const work = (size: number) => {
      const many = invocations(size);
      return () => parse(many);
    };
    expect(await growth(1000, work)).toBeLessThan(LINEAR);
  });
});
