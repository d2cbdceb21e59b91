import { describe, expect, it } from 'vitest';
import { useApp } from '../support/app.js';
import { createPolicy, type PolicyBody } from '../support/policies.js';

const context = useApp();
const baseline = async (): Promise<PolicyBody> =>
  (await context.app.inject('/policies/baseline')).json();

describe('the policy baseline of the migration', () => {
  it('is stored as the API would store it, with all defaults and the same digest', async () => {
    const { rules, sha256 } = await baseline();
    expect(await createPolicy(context.app, 'same', rules)).toMatchObject({ rules, sha256 });
  });

  it('has the documented rules', async () => {
    const { sha256 } = await createPolicy(context.app, 'same', [
      { rule: 'tests-passed', scope: 'artifacts' },
      { rule: 'evidence-required', shows: 'components' },
      { rule: 'max-findings', severity: 'high', fixableOnly: true, scope: 'artifacts' },
      { rule: 'no-secrets', scope: 'artifacts' },
    ]);
    expect((await baseline()).sha256).toBe(sha256);
  });

  it('guards staging and production', async () => {
    for (const name of ['staging', 'production']) {
      const { policies } = (await context.app.inject(`/environments/${name}`)).json();
      expect(policies).toEqual([{ name: 'baseline', version: null }]);
    }
  });
});
